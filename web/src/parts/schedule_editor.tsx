// One schedule: which device, what, when.

import {useState} from 'preact/hooks';
import {attributeName} from '../device_words.ts';
import {all, device as findDevice, rooms} from '../devices.ts';
import {homeTexts} from '../i18n_home.ts';
import {timeTexts} from '../i18n_times.ts';
import {createSchedule, dayNames, replaceSchedule, type Schedule, type ScheduleSpec, type ScheduleType} from '../schedules.ts';
import type {Device, Plain} from '../types.ts';
import {Dialog} from './dialog.tsx';

const types: ScheduleType[] = ['daily', 'weekly', 'sunrise', 'sunset', 'cron'];

/** What a schedule can set, besides on and off. */
const settable = (device: Device | undefined) => Object.entries(device?.attributes ?? {})
  .filter(([name, one]) => one.writable && name !== 'status' && ['number', 'integer', 'boolean', 'text'].includes(one.kind));

function valueFrom(text: string, device: Device | undefined, name: string): Plain {
  const kind = device?.attributes[name]?.kind;
  if (kind === 'boolean') return text === 'true';
  return kind === 'text' ? text : Number(text.replace(',', '.'));
}

function specFrom(fields: FormData, device: Device | undefined): ScheduleSpec {
  const text = (name: string) => String(fields.get(name) ?? '').trim();
  const type = text('type') as ScheduleType;
  const isSun = type === 'sunrise' || type === 'sunset';
  const action = text('action');
  const days = fields.getAll('days').map(Number);
  return {
    type, action,
    ...(action === 'set' ? {arguments: {[text('attribute')]: valueFrom(text('value'), device, text('attribute'))}} : {}),
    ...(action === 'on' && text('level') ? {arguments: {level: Number(text('level'))}} : {}),
    ...(type === 'daily' || type === 'weekly' ? {time: text('time')} : {}),
    ...(type === 'weekly' || (isSun && days.length > 0) ? {days} : {}),
    ...(type === 'cron' ? {cron: text('cron')} : {}),
    ...(isSun ? {offsetMinutes: Number(text('offset') || 0), ...(text('earliest') ? {earliest: text('earliest')} : {}),
      ...(text('latest') ? {latest: text('latest')} : {})} : {}),
    ...(text('name') ? {name: text('name')} : {}), ...(text('firstDay') ? {firstDay: text('firstDay')} : {}),
    ...(text('lastDay') ? {lastDay: text('lastDay')} : {}),
    ...(text('except') ? {except: text('except').split(/[\s,;]+/).filter(Boolean)} : {}),
    dst: text('dst') || 'once', catchUpMinutes: Number(text('catchUp') || 60),
  };
}

function Days({chosen}: {chosen: number[]}) {
  const long = dayNames('long');
  return (
    <fieldset class="days">
      <legend>{timeTexts.value.days}</legend>
      {dayNames('short').map((name, index) => (
        <label key={name} class="check" title={long[index]}>
          <input type="checkbox" name="days" value={index} defaultChecked={chosen.includes(index)} aria-label={long[index]} />{name}
        </label>
      ))}
    </fieldset>
  );
}

export function ScheduleEditor({schedule, onClose}: {schedule: Schedule | null; onClose: () => void}) {
  const t = timeTexts.value, h = homeTexts.value;
  const [id, setId] = useState(schedule?.deviceId ?? all.peek().find((one) => 'status' in one.attributes)?.id ?? 0);
  const [type, setType] = useState<ScheduleType>(schedule?.type ?? 'daily');
  const device = findDevice(id)?.value;
  const attributes = settable(device);
  const [action, setAction] = useState(schedule?.action ?? 'on');
  const [[setName, setValue]] = Object.entries(schedule?.action === 'set' ? schedule.arguments ?? {} : {}).concat([['', '']]);
  const isSun = type === 'sunrise' || type === 'sunset';
  const isClock = type === 'daily' || type === 'weekly';
  const save = async (fields: FormData) => {
    const spec = specFrom(fields, device);
    if (!schedule) await createSchedule(id, spec);
    // What this form does not show stays as it is.
    else await replaceSchedule(schedule.id, {...spec, enabled: schedule.enabled, ...(schedule.timezone ? {timezone: schedule.timezone} : {})});
  };
  return (
    <Dialog title={schedule ? h.editOne(schedule.name || device?.name || '') : t.create} onClose={onClose} onSubmit={save}>
      <label>{t.device}
        <select value={id} disabled={schedule !== null} onChange={(event) => setId(Number(event.currentTarget.value))}>
          {rooms.value.map((room) => (
            <optgroup key={room.name} label={room.name || h.unnamedRoom}>
              {room.devices.filter((one) => 'status' in one.value.attributes || settable(one.value).length > 0)
                .map((one) => <option key={one.peek().id} value={one.peek().id}>{one.value.name}</option>)}
            </optgroup>
          ))}
        </select>
      </label>
      <label>{t.action}
        <select name="action" value={action} onChange={(event) => setAction(event.currentTarget.value)}>
          <option value="on">{h.turnOn}</option>
          <option value="off">{h.turnOff}</option>
          {(attributes.length > 0 || action === 'set') && <option value="set">{t.actionSet}</option>}
          {!['on', 'off', 'set'].includes(action) && <option value={action}>{action}</option>}
        </select>
      </label>
      {action === 'on' && device?.attributes.level?.writable && (
        <label>{t.level}<input name="level" type="number" min={0} max={100} defaultValue={`${schedule?.arguments?.level ?? ''}`} /></label>
      )}
      {action === 'set' && (
        <div class="pair">
          <label>{t.attribute}
            <select name="attribute">{attributes.map(([name]) => <option key={name} value={name} selected={name === setName}>{attributeName(name)}</option>)}</select>
          </label>
          <label>{t.value}<input name="value" required defaultValue={`${setValue}`} autocomplete="off" /></label>
        </div>
      )}
      <label>{t.when}
        <select name="type" value={type} onChange={(event) => setType(event.currentTarget.value as ScheduleType)}>
          {types.map((one) => <option key={one} value={one}>{t.types[one]}</option>)}
        </select>
      </label>
      {isClock && <label>{t.time}<input name="time" type="time" required defaultValue={schedule?.time || '07:00'} /></label>}
      {type === 'cron' && <label>{t.cron}<input name="cron" required maxLength={120} defaultValue={schedule?.cron ?? '0 7 * * 1-5'} autocomplete="off" spellcheck={false} /></label>}
      {isSun && (
        <>
          <label>{t.offset}<input name="offset" type="number" min={-720} max={720} defaultValue={`${schedule?.offsetMinutes ?? 0}`} /></label>
          <div class="pair">
            <label>{t.earliest}<input name="earliest" type="time" defaultValue={schedule?.earliest ?? ''} /></label>
            <label>{t.latest}<input name="latest" type="time" defaultValue={schedule?.latest ?? ''} /></label>
          </div>
        </>
      )}
      {(type === 'weekly' || isSun) && <Days chosen={schedule?.days ?? (type === 'weekly' ? [0, 1, 2, 3, 4] : [])} />}
      <details class="fold">
        <summary>{t.details}</summary>
        <div class="fields">
          <label>{t.name}<input name="name" maxLength={120} defaultValue={schedule?.name ?? ''} autocomplete="off" /></label>
          <div class="pair">
            <label>{t.firstDay}<input name="firstDay" type="date" defaultValue={schedule?.firstDay ?? ''} /></label>
            <label>{t.lastDay}<input name="lastDay" type="date" defaultValue={schedule?.lastDay ?? ''} /></label>
          </div>
          <label>{t.except}<input name="except" defaultValue={(schedule?.except ?? []).join(', ')} autocomplete="off" /></label>
          <label>{t.dst}
            <select name="dst">
              {Object.entries(t.dstKinds).map(([one, name]) => <option key={one} value={one} selected={one === (schedule?.dst ?? 'once')}>{name}</option>)}
            </select>
          </label>
          <label>{t.catchUp}<input name="catchUp" type="number" min={0} max={10080} defaultValue={`${schedule?.catchUpMinutes ?? 60}`} /></label>
        </div>
      </details>
    </Dialog>
  );
}
