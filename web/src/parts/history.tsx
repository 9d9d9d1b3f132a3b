// The history of a device: which attributes, how long, the chart, and the figures beside it.

import {useEffect, useRef, useState} from 'preact/hooks';
import {ApiError, download} from '../api.ts';
import {attributeName, valueText} from '../device_words.ts';
import {device as findDevice, rooms} from '../devices.ts';
import {keyOf, loadHistory, pathOf, shifted, zoomed, type Period, type Track} from '../history.ts';
import {duration, texts} from '../i18n.ts';
import {historyTexts} from '../i18n_history.ts';
import {attempt} from '../notices.ts';
import type {Device, History} from '../types.ts';
import {Chart, mostLines, type Line} from './chart.tsx';
import {Choice} from './choice.tsx';
import {Empty} from './empty.tsx';
import {Icon} from './icon.tsx';

const hour = 3_600_000;
/** A value that changes often should not reload the chart each time. */
const reloadPause = 2000;
const drawable = ['number', 'integer', 'boolean'];

const namesOf = (device: Device, kinds: string[]) =>
  Object.entries(device.attributes).filter(([, one]) => kinds.includes(one.kind)).map(([name]) => name);

const nowOf = (device: Device | undefined, attribute: string): number | boolean | null => {
  const value = device?.online ? device.attributes[attribute]?.value : null;
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
};

function Compare({device, tracks, onAdd}: {device: Device; tracks: Track[]; onAdd: (track: Track) => void}) {
  const t = historyTexts.value;
  const taken = new Set(tracks.map(keyOf));
  const others = (rooms.value.find((room) => room.name === device.room)?.devices ?? []).map((one) => one.value).filter((one) => one.id !== device.id);
  const option = (one: Device, label: (name: string) => string) => namesOf(one, drawable)
    .filter((name) => !taken.has(`${one.id} ${name}`))
    .map((name) => <option key={name} value={`${one.id} ${name}`}>{label(name)}</option>);
  return (
    <select aria-label={t.compare} value="" disabled={tracks.length >= mostLines} onChange={(event) => {
      const [id, ...name] = event.currentTarget.value.split(' ');
      const attribute = name.join(' ');
      const from = Number(id) === device.id ? '' : `${findDevice(Number(id))?.peek().name ?? ''} · `;
      event.currentTarget.value = '';
      onAdd({device: Number(id), attribute, label: from + attributeName(attribute)});
    }}>
      <option value="">{t.compare}</option>
      <optgroup label={t.thisDevice}>{option(device, attributeName)}</optgroup>
      {others.length > 0 && <optgroup label={t.sameRoom}>{others.map((one) => option(one, (name) => `${one.name} · ${attributeName(name)}`))}</optgroup>}
    </select>
  );
}

function Figures({tracks, histories, period}: {tracks: Track[]; histories: Map<string, History>; period: Period}) {
  const t = historyTexts.value;
  return (
    <div class="figures">
      {tracks.map((track, index) => {
        const history = histories.get(keyOf(track));
        const figures = history?.statistics;
        if (!history || !figures) return null;
        const say = (value: number | null) => (value === null ? '–' : valueText(value, history.unit));
        const states = figures.states.filter((one) => typeof one.value !== 'number').slice(0, 8);
        return (
          <div key={keyOf(track)} role="group" aria-label={`${t.statistics} · ${track.label}`}>
            <h3><i class={`mark-${index + 1}`} aria-hidden="true" />{track.label}</h3>
            <dl>
              {states.length === 0 && ([[t.minimum, say(figures.min)], [t.mean, say(figures.mean)], [t.maximum, say(figures.max)]] as const)
                .map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
              {states.map((one) => (
                <div key={String(one.value)}><dt>{valueText(one.value)}</dt><dd>{duration(one.seconds * 1000)}<small> · {texts.value.times(one.times)}</small></dd></div>
              ))}
              <div><dt>{t.samples}</dt><dd>{figures.samples}</dd></div>
              {figures.unknownSeconds >= 1 && <div title={t.unknownHint}><dt>{t.unknown}</dt><dd>{duration(figures.unknownSeconds * 1000)}</dd></div>}
            </dl>
            <button type="button" class="plain" aria-label={t.csvOne(track.label)}
              onClick={() => attempt(download(pathOf(track, period, 'csv'), `${track.label.replace(/[^\p{L}\p{N}]+/gu, '_')}.csv`))}>{t.csv}</button>
          </div>
        );
      })}
    </div>
  );
}

/** Reads the histories of all tracks for a period, and again when a value changed. */
function useHistories(tracks: Track[], period: Period, changed: string): {histories: Map<string, History>; problem: string} {
  const [histories, setHistories] = useState<Map<string, History>>(new Map());
  const [problem, setProblem] = useState('');
  const last = useRef('');
  const wanted = `${tracks.map(keyOf)} ${period.to - period.from}`;
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      last.current = wanted;
      Promise.all(tracks.map(async (track) => [keyOf(track), await loadHistory(track, period)] as const)).then(
        (answers) => { if (current) { setHistories(new Map(answers)); setProblem(''); } },
        (error) => { if (current) setProblem(error instanceof ApiError ? error.message : texts.peek().failed); });
    }, last.current === wanted ? reloadPause : 0);
    return () => { current = false; clearTimeout(timer); };
  }, [wanted, period.from, changed]);
  return {histories, problem};
}

export function HistoryCard({device}: {device: Device}) {
  const t = texts.value, h = historyTexts.value;
  const names = namesOf(device, [...drawable, 'text']);
  const preferred = ['temperature', 'power', 'status', 'motion'].find((name) => names.includes(name)) ?? names[0];
  const [main, setMain] = useState(preferred);
  const [compared, setCompared] = useState<Track[]>([]);
  const [span, setSpan] = useState(24 * hour);
  /** null = the last `span`, moving on with the time. */
  const [fixed, setFixed] = useState<Period | null>(null);
  const tracks: Track[] = main ? [{device: device.id, attribute: main, label: attributeName(main)}, ...compared] : [];
  const changed = fixed ? '' : tracks.map((one) => findDevice(one.device)?.value.attributes[one.attribute]?.changedAt ?? '').join();
  const live = useRef<{key: string; period: Period} | null>(null);
  const liveKey = `${span} ${changed}`;
  if (live.current?.key !== liveKey) live.current = {key: liveKey, period: {from: Date.now() - span, to: Date.now()}};
  const period = fixed ?? live.current.period;
  const {histories, problem} = useHistories(tracks, period, changed);
  const zoom = (next: Period) => setFixed(next);

  if (!main) return null;
  const lines: Line[] = tracks.flatMap((track) => {
    const history = histories.get(keyOf(track));
    const owner = findDevice(track.device)?.value;
    const kind = owner?.attributes[track.attribute]?.kind ?? '';
    return history && drawable.includes(kind) ? [{key: keyOf(track), label: track.label, history,
      now: fixed ? null : nowOf(owner, track.attribute), isBoolean: kind === 'boolean'}] : [];
  });
  const isAnswered = histories.has(keyOf(tracks[0]));
  const isEmpty = isAnswered && tracks.every((one) => (histories.get(keyOf(one))?.points.length ?? 0) === 0);
  return (
    <section class="card history" aria-label={t.history}>
      <header>
        <h2>{t.history}</h2>
        {names.length > 1 && (
          <select value={main} aria-label={t.measure} onChange={(event) => setMain(event.currentTarget.value)}>
            {names.map((name) => <option key={name} value={name}>{attributeName(name)}</option>)}
          </select>
        )}
        <Compare device={device} tracks={tracks} onAdd={(track) => setCompared((before) => [...before, track].slice(0, mostLines - 1))} />
        <Choice<number>
          label={t.period} value={fixed ? 0 : span} onChoose={(next) => { setSpan(next); setFixed(null); }}
          options={[[hour, t.hour1], [24 * hour, t.hours24], [168 * hour, t.days7], [720 * hour, t.days30]]}
        />
      </header>
      {compared.length > 0 && (
        <div class="chips">
          {compared.map((track) => (
            <button key={keyOf(track)} type="button" class="chip" aria-label={h.removeOne(track.label)}
              onClick={() => setCompared((before) => before.filter((one) => keyOf(one) !== keyOf(track)))}>{track.label}<Icon name="close" /></button>
          ))}
        </div>
      )}
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="place">
        {lines.length > 0 && !isEmpty
          ? <Chart lines={lines} period={period} isLive={!fixed} onZoom={zoom} onWheel={(factor, at) => zoom(zoomed(period, factor, Date.now(), at))} />
          : isEmpty ? <Empty icon="wait" title={t.noHistory} /> : null}
      </div>
      {histories.get(keyOf(tracks[0]))?.cut && <p class="aside">{h.cut}</p>}
      <div class="zoom" role="group" aria-label={t.period}>
        <button type="button" class="round" aria-label={h.earlier} title={h.earlier} onClick={() => zoom(shifted(period, -0.5, Date.now()))}><Icon name="back" /></button>
        <button type="button" class="round" aria-label={h.zoomIn} title={h.zoomIn} onClick={() => zoom(zoomed(period, 0.5, Date.now()))}><Icon name="plus" /></button>
        <button type="button" class="round" aria-label={h.zoomOut} title={h.zoomOut} onClick={() => zoom(zoomed(period, 2, Date.now()))}><Icon name="minus" /></button>
        <button type="button" class="round is-turned" aria-label={h.later} title={h.later} disabled={!fixed} onClick={() => zoom(shifted(period, 0.5, Date.now()))}><Icon name="back" /></button>
        <button type="button" class="plain" disabled={!fixed} onClick={() => setFixed(null)}>{h.now}</button>
        <small>{h.zoomHint}</small>
      </div>
      <Figures tracks={tracks} histories={histories} period={period} />
    </section>
  );
}
