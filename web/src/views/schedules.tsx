import {useCallback, useEffect, useState} from 'preact/hooks';
import {revision} from '../automations.ts';
import {attributeName, valueText} from '../device_words.ts';
import {device as findDevice} from '../devices.ts';
import {homeTexts} from '../i18n_home.ts';
import {timeTexts} from '../i18n_times.ts';
import {attempt} from '../notices.ts';
import {AwayMode} from '../parts/away_mode.tsx';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {Icon} from '../parts/icon.tsx';
import {explain} from '../parts/loaded.ts';
import {Remove} from '../parts/remove.tsx';
import {ScheduleEditor} from '../parts/schedule_editor.tsx';
import {Switch} from '../parts/switch.tsx';
import {useTitle} from '../parts/title.ts';
import {Week, type WeekEntry} from '../parts/week.tsx';
import {loadSchedules, localText, removeSchedule, setPaused, timingText, utcText, type Schedule} from '../schedules.ts';

/** A schedule is loaded by the engine a moment after it was saved: then its next runs are known. */
const settling = 700;

function actionText(one: Schedule): string {
  const h = homeTexts.value, device = findDevice(one.deviceId)?.value;
  const values = Object.entries(one.arguments ?? {})
    .map(([name, value]) => `${attributeName(name)} ${valueText(value, device?.attributes[name]?.unit)}`).join(', ');
  const word = one.action === 'on' ? h.turnOn : one.action === 'off' ? h.turnOff : one.action === 'set' ? timeTexts.value.actionSet : one.action;
  return values ? `${word} · ${values}` : word;
}

const titleOf = (one: Schedule) => one.name || findDevice(one.deviceId)?.value.name || `#${one.deviceId}`;

function Row({one, onEdit, onChange}: {one: Schedule; onEdit: () => void; onChange: (what: Promise<unknown>) => void}) {
  const t = timeTexts.value, h = homeTexts.value;
  const device = findDevice(one.deviceId)?.value;
  const next = one.next[0];
  const title = titleOf(one);
  return (
    <li class={`card rule schedule ${one.enabled ? '' : 'is-disabled'}`}>
      <div>
        <strong>{title}</strong>
        <small>{[device && `${device.name}, ${device.room || h.unnamedRoom}`, actionText(one), timingText(one)].filter(Boolean).join(' · ')}</small>
        <small>{!one.enabled ? t.paused : next
          ? <time dateTime={next.at} title={`${utcText(next.at)} · ${next.timezone}`}>{t.next(localText(next.localTime))}</time> : t.noNext}</small>
      </div>
      <Switch checked={one.enabled} label={title} hint={one.enabled ? t.pause(title) : t.resume(title)} onToggle={() => onChange(setPaused(one.id, one.enabled))} />
      <button type="button" class="round" aria-label={h.editOne(title)} title={h.edit} onClick={onEdit}><Icon name="edit" /></button>
      <Remove name={title} onRemove={() => onChange(removeSchedule(one.id))} />
    </li>
  );
}

export function Schedules() {
  const t = timeTexts.value;
  const [all, setAll] = useState<Schedule[] | null>(null);
  const [edited, setEdited] = useState<Schedule | 'new' | null>(null);
  useTitle(t.schedules);
  const load = useCallback(() => loadSchedules().then(setAll, explain), []);
  useEffect(() => void load(), [revision.value]);
  const change = (what: Promise<unknown>) => attempt(what.then(() => {
    setTimeout(load, settling);
    return load();
  }));
  const entries: WeekEntry[] = (all ?? []).flatMap((one) => one.next.map((run) => ({
    key: `${one.id} ${run.at}`, at: run.at, localTime: run.localTime, zone: run.timezone, title: titleOf(one), detail: actionText(one),
    onOpen: () => setEdited(one),
  })));
  return (
    <>
      <header class="title">
        <h1>{t.schedules}</h1>
        <div />
        <button type="button" class="primary" onClick={() => setEdited('new')}>{t.create}</button>
      </header>
      {!all && <Skeleton tiles={3} />}
      {all?.length === 0 && <Empty icon="calendar" title={t.noSchedules}>{t.noSchedulesHint}</Empty>}
      {all && all.length > 0 && (
        <>
          <section class="card" aria-labelledby="week"><h2 id="week">{t.week}</h2><Week entries={entries} label={t.week} /></section>
          <section aria-labelledby="schedules">
            <h2 id="schedules">{t.list}</h2>
            <ul class="rules">{all.map((one) => <Row key={one.id} one={one} onEdit={() => setEdited(one)} onChange={change} />)}</ul>
          </section>
        </>
      )}
      <AwayMode />
      {edited && <ScheduleEditor schedule={edited === 'new' ? null : edited} onClose={() => { setEdited(null); void load(); setTimeout(load, settling); }} />}
    </>
  );
}
