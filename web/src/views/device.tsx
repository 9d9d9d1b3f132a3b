import {useEffect, useState} from 'preact/hooks';
import {ApiError, request} from '../api.ts';
import {device as findDevice, loaded, set} from '../devices.ts';
import {exactMoment, moment, texts, withUnit} from '../i18n.ts';
import {attempt} from '../notices.ts';
import {Chart} from '../parts/chart.tsx';
import {Choice} from '../parts/choice.tsx';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {Icon} from '../parts/icon.tsx';
import {DeviceSwitch} from '../parts/switch.tsx';
import {useTitle} from '../parts/title.ts';
import type {Attribute, Device, History} from '../types.ts';
import {summary} from './rooms.tsx';

const hour = 3_600_000;
/** A value that changes often should not reload the chart each time. */
const reloadPause = 2000;

export function attributeName(name: string): string {
  return texts.value.names[name] ?? name.replaceAll('_', ' ');
}

function valueText(attribute: Attribute): string {
  const {value, unit} = attribute;
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? texts.value.on : texts.value.off;
  return typeof value === 'number' ? withUnit(value, unit) : value;
}

const isNumeric = (attribute: Attribute) => attribute.kind === 'number' || attribute.kind === 'integer';

interface ControlProps {
  device: Device;
  name: string;
  attribute: Attribute;
}

/** Percentages: a slider. What is shown while it moves is sent when it is let go. */
function Slider({device, name, attribute}: ControlProps) {
  const value = typeof attribute.value === 'number' ? attribute.value : 0;
  const [moving, setMoving] = useState<number | null>(null);
  return (
    <div class={`control ${attribute.assumed ? 'is-assumed' : ''}`}>
      <label for={`control-${name}`}>{attributeName(name)}</label>
      <output>{attribute.value === null && moving === null ? '–' : withUnit(moving ?? value, attribute.unit)}</output>
      <input
        id={`control-${name}`} type="range" min={0} max={100} step={1} value={moving ?? value}
        onInput={(event) => setMoving(Number(event.currentTarget.value))}
        onChange={(event) => {
          setMoving(null);
          attempt(set(device.id, name, Number(event.currentTarget.value)));
        }}
      />
    </div>
  );
}

/** Temperatures: two buttons, half a degree each. */
function Stepper({device, name, attribute}: ControlProps) {
  const t = texts.value;
  const value = typeof attribute.value === 'number' ? attribute.value : 20;
  const label = attributeName(name);
  const change = (by: number) => attempt(set(device.id, name, Math.min(35, Math.max(5, value + by))));
  return (
    <div class={`control ${attribute.assumed ? 'is-assumed' : ''}`}>
      <span>{label}</span>
      <div class="stepper">
        <button type="button" aria-label={t.less(label)} onClick={() => change(-0.5)}><Icon name="minus" /></button>
        <output>{valueText(attribute)}</output>
        <button type="button" aria-label={t.more(label)} onClick={() => change(0.5)}><Icon name="plus" /></button>
      </div>
    </div>
  );
}

const isControl = ([, attribute]: [string, Attribute]) =>
  attribute.writable === true && isNumeric(attribute) && (attribute.unit === '%' || attribute.unit === '°C');

function Controls({device}: {device: Device}) {
  const controls = Object.entries(device.attributes).filter(isControl);
  if (controls.length === 0) return null;
  return (
    <section class="card" aria-label={texts.value.controls}>
      {controls.map(([name, attribute]) => attribute.unit === '%'
        ? <Slider key={name} device={device} name={name} attribute={attribute} />
        : <Stepper key={name} device={device} name={name} attribute={attribute} />)}
    </section>
  );
}

function Values({device}: {device: Device}) {
  const t = texts.value;
  const values = Object.entries(device.attributes).filter((entry) => entry[0] !== 'status' && !isControl(entry));
  return (
    <section class="card">
      <h2>{t.attributes}</h2>
      {values.length > 0 && (
        <dl class="attributes">
          {values.map(([name, attribute]) => (
            <div key={name}>
              <dt>{attributeName(name)}</dt>
              <dd class={attribute.assumed ? 'is-assumed' : ''}>{valueText(attribute)}</dd>
              <dd class="when">{attribute.changedAt ? moment(attribute.changedAt) : ''}</dd>
            </div>
          ))}
        </dl>
      )}
      <p class="aside">
        {t.labelled(t.lastSeen, device.lastSeen ? exactMoment(device.lastSeen) : t.neverSeen)} · <code>{device.uid}</code>
      </p>
    </section>
  );
}

function HistoryCard({device}: {device: Device}) {
  const t = texts.value;
  const names = Object.entries(device.attributes).filter(([, one]) => one.kind !== 'text').map(([name]) => name);
  const preferred = ['temperature', 'power', 'status', 'motion'].find((name) => names.includes(name)) ?? names[0];
  const [attribute, setAttribute] = useState(preferred);
  const [span, setSpan] = useState(24 * hour);
  const [shown, setShown] = useState<{history: History; span: number} | null>(null);
  const [problem, setProblem] = useState('');
  const present = device.attributes[attribute];

  useEffect(() => {
    if (!attribute) return undefined;
    let current = true;
    const timer = setTimeout(async () => {
      const from = new Date(Date.now() - span).toISOString();
      try {
        const answer = await request<History>(
          'GET', `/api/devices/${device.id}/history?attribute=${encodeURIComponent(attribute)}&from=${from}`);
        if (current) { setShown({history: answer, span}); setProblem(''); }
      } catch (error) {
        if (current) setProblem(error instanceof ApiError ? error.message : t.failed);
      }
    }, shown?.history.attribute === attribute && shown.span === span ? reloadPause : 0);
    return () => { current = false; clearTimeout(timer); };
  }, [device.id, attribute, span, present?.changedAt]);

  if (!attribute) return null;
  const history = shown?.history;
  const last = device.online && typeof present.value !== 'string' ? present.value : null;
  return (
    <section class="card history">
      <header>
        <h2>{t.history}</h2>
        {names.length > 1 && (
          <select value={attribute} aria-label={t.measure} onChange={(event) => setAttribute(event.currentTarget.value)}>
            {names.map((name) => <option key={name} value={name}>{attributeName(name)}</option>)}
          </select>
        )}
        <Choice<number>
          label={t.period} value={span} onChoose={setSpan}
          options={[[hour, t.hour1], [24 * hour, t.hours24], [168 * hour, t.days7], [720 * hour, t.days30]]}
        />
      </header>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="place">
        {history && (history.points.length > 0
          ? <Chart history={history} label={attributeName(history.attribute)} last={last} />
          : <Empty icon="wait" title={t.noHistory} />)}
      </div>
    </section>
  );
}

export function DevicePage({id}: {id: number}) {
  const t = texts.value;
  const device = findDevice(id)?.value;
  useTitle(device?.name ?? '');
  if (!device) return loaded.value ? <Empty icon="search" title={t.deviceNotFound}><a href="/">{t.back}</a></Empty> : <Skeleton tiles={2} />;
  return (
    <>
      <header class="title" data-type={device.type}>
        <a class="back" href="/" aria-label={t.back}><Icon name="back" /></a>
        <span class={`badge ${device.status ? 'is-on' : ''}`}><Icon name={device.type} /></span>
        <div>
          <h1>{device.name}</h1>
          <p>{device.room} · {t.types[device.type] ?? device.type}</p>
        </div>
        {'status' in device.attributes && <DeviceSwitch device={device} />}
      </header>
      <p class={`headline ${device.online ? '' : 'is-offline'}`}>{summary(device)}</p>
      <Controls device={device} />
      <HistoryCard device={device} />
      <Values device={device} />
    </>
  );
}
