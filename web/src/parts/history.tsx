// The history of a device: which attribute, how long, and the chart.

import {useEffect, useState} from 'preact/hooks';
import {ApiError, request} from '../api.ts';
import {attributeName} from '../device_words.ts';
import {texts} from '../i18n.ts';
import type {Device, History} from '../types.ts';
import {Chart} from './chart.tsx';
import {Choice} from './choice.tsx';
import {Empty} from './empty.tsx';

const hour = 3_600_000;
/** A value that changes often should not reload the chart each time. */
const reloadPause = 2000;

export function HistoryCard({device}: {device: Device}) {
  const t = texts.value;
  const names = Object.entries(device.attributes).filter(([, one]) => !['text', 'list', 'object'].includes(one.kind)).map(([name]) => name);
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
  const last = device.online && (typeof present.value === 'number' || typeof present.value === 'boolean') ? present.value : null;
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

