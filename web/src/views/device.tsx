import {useEffect, useState} from 'preact/hooks';
import {ApiError, request} from '../api.ts';
import {device as findDevice, loaded, set} from '../devices.ts';
import {moment, texts, withUnit} from '../i18n.ts';
import {attempt} from '../notices.ts';
import {Chart} from '../parts/chart.tsx';
import {Icon} from '../parts/icon.tsx';
import {Switch} from '../parts/switch.tsx';
import type {Attribute, Device, History} from '../types.ts';
import {summary} from './rooms.tsx';

const hour = 3_600_000;

export function attributeName(name: string): string {
  return texts.value.names[name] ?? name.replaceAll('_', ' ');
}

function valueText(attribute: Attribute): string {
  const {value, unit} = attribute;
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? texts.value.on : texts.value.off;
  return typeof value === 'number' ? withUnit(value, unit) : value;
}

function Slider({device, name, attribute}: {device: Device; name: string; attribute: Attribute}) {
  const value = typeof attribute.value === 'number' ? attribute.value : 0;
  const isTarget = name === 'target_temperature';
  return (
    <input
      type="range" min={isTarget ? 5 : 0} max={isTarget ? 35 : 100} step={isTarget ? 0.5 : 1} value={value}
      aria-label={attributeName(name)}
      onChange={(event) => attempt(set(device.id, {[name]: Number(event.currentTarget.value)}))}
    />
  );
}

function Attributes({device}: {device: Device}) {
  return (
    <dl class="attributes">
      {Object.entries(device.attributes).filter(([name]) => name !== 'status').map(([name, attribute]) => (
        <div key={name}>
          <dt>{attributeName(name)}</dt>
          <dd>
            {attribute.writable && (attribute.kind === 'number' || attribute.kind === 'integer') &&
              <Slider device={device} name={name} attribute={attribute} />}
            <span class={attribute.assumed ? 'is-assumed' : ''}>{valueText(attribute)}</span>
            {attribute.changedAt && <small>{moment(attribute.changedAt)}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function HistoryCard({device}: {device: Device}) {
  const t = texts.value;
  const names = Object.entries(device.attributes).filter(([, one]) => one.kind !== 'text').map(([name]) => name);
  const preferred = ['temperature', 'power', 'status', 'motion'].find((name) => names.includes(name)) ?? names[0];
  const [attribute, setAttribute] = useState(preferred);
  const [span, setSpan] = useState(24 * hour);
  const [history, setHistory] = useState<History | null>(null);
  const [problem, setProblem] = useState('');
  const changedAt = device.attributes[attribute]?.changedAt;

  useEffect(() => {
    if (!attribute) return undefined;
    let current = true;
    // A value that changes often should not reload the chart each time.
    const timer = setTimeout(async () => {
      const from = new Date(Date.now() - span).toISOString();
      try {
        const answer = await request<History>(
          'GET', `/api/devices/${device.id}/history?attribute=${encodeURIComponent(attribute)}&from=${from}`);
        if (current) { setHistory(answer); setProblem(''); }
      } catch (error) {
        if (current) setProblem(error instanceof ApiError ? error.message : t.failed);
      }
    }, history && history.attribute === attribute ? 2000 : 0);
    return () => { current = false; clearTimeout(timer); };
  }, [device.id, attribute, span, changedAt]);

  if (!attribute) return null;
  const spans: [number, string][] = [[hour, t.hour1], [24 * hour, t.hours24], [168 * hour, t.days7], [720 * hour, t.days30]];
  return (
    <section class="card history">
      <header>
        <h2>{t.history}</h2>
        <select value={attribute} aria-label={t.attributes} onChange={(event) => setAttribute(event.currentTarget.value)}>
          {names.map((name) => <option key={name} value={name}>{attributeName(name)}</option>)}
        </select>
        <div class="spans" role="group">
          {spans.map(([length, label]) => (
            <button key={length} type="button" aria-pressed={span === length} onClick={() => setSpan(length)}>{label}</button>
          ))}
        </div>
      </header>
      {problem && <p class="problem" role="alert">{problem}</p>}
      {history && (history.points.length > 0
        ? <Chart history={history} label={attributeName(attribute)} />
        : <p class="empty">{t.noHistory}</p>)}
    </section>
  );
}

export function DevicePage({id}: {id: number}) {
  const t = texts.value;
  const found = findDevice(id);
  if (!found) return <p class="empty">{loaded.value ? t.deviceNotFound : t.loading}</p>;
  const device = found.value;
  return (
    <>
      <header class="title">
        <a class="back" href="/" aria-label={t.back}><Icon name="back" /></a>
        <span class={`badge ${device.status ? 'is-on' : ''}`}><Icon name={device.type} /></span>
        <div>
          <h1>{device.name}</h1>
          <p>{device.room} · {t.types[device.type] ?? device.type} · {summary(device)}</p>
        </div>
        {'status' in device.attributes && <Switch device={device} />}
      </header>
      <section class="card">
        <h2>{t.attributes}</h2>
        <Attributes device={device} />
        <p class="aside">{t.lastSeen} : {device.lastSeen ? moment(device.lastSeen) : t.neverSeen} · <code>{device.uid}</code></p>
      </section>
      <HistoryCard device={device} />
    </>
  );
}
