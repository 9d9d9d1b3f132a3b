// The history of one attribute: a line, with the band between minimum and maximum where points are summaries.

import {useEffect, useRef} from 'preact/hooks';
import uPlot from 'uplot';
import {texts, timeFormat, withUnit} from '../i18n.ts';
import {scheme} from '../theme.ts';
import type {History} from '../types.ts';

const height = 260;
const fewPoints = 60;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const toNumber = (value: unknown): number | null =>
  typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : null;

const isSummary = (history: History) => history.resolution !== 'raw';

function dataOf(history: History, last: number | null): uPlot.AlignedData {
  const summary = isSummary(history);
  const times = history.points.map((point) => Date.parse(point.at) / 1000);
  const values = history.points.map((point) => (summary ? point.mean ?? null : toNumber(point.value)));
  if (summary)
    return [times, values, history.points.map((point) => point.min ?? null), history.points.map((point) => point.max ?? null)];
  // Samples are kept when the value changes: the last one holds until now, if it is still heard of.
  const end = Date.parse(history.to) / 1000;
  if (last !== null && times.length > 0 && end > times[times.length - 1]) {
    times.push(end);
    values.push(last);
  }
  return [times, values];
}

/** Where the time axis begins: where the period does, except when only its end has samples. */
function startOf(history: History): number {
  const from = Date.parse(history.from) / 1000;
  const to = Date.parse(history.to) / 1000;
  const first = history.points.length > 0 ? Date.parse(history.points[0].at) / 1000 : from;
  return to - first < (to - from) / 4 ? first - Math.max(60, (to - first) * 0.05) : from;
}

function optionsOf(history: History, label: string, width: number): uPlot.Options {
  const t = texts.peek();
  const summary = isSummary(history);
  const boolean = history.points.some((point) => typeof point.value === 'boolean');
  const axis = {stroke: colour('--muted'), grid: {stroke: colour('--line'), width: 1}, ticks: {show: false}, font: '12px system-ui'};
  const bound = {stroke: 'transparent', points: {show: false}};
  const days = timeFormat({day: 'numeric', month: 'short'});
  const hours = timeFormat({hour: '2-digit', minute: '2-digit'});
  const seconds = timeFormat({hour: '2-digit', minute: '2-digit', second: '2-digit'});
  const exact = timeFormat({day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit'});
  const text = (value: number | null) =>
    value === null || value === undefined ? '–' : boolean ? (value ? t.on : t.off) : withUnit(value, history.unit);
  return {
    width,
    height,
    cursor: {drag: {x: true, y: false}},
    scales: {
      x: {time: true, range: (_chart, low, high) => [low, high]},
      y: boolean ? {range: [-0.1, 1.1]} : {range: (_chart, low, high) => {
        // A flat line stands in the middle, and a small wobble does not fill the height.
        const room = Math.max((high - low) * 0.1, Math.abs(high) * 0.02, 0.5);
        return [low >= 0 && low - room < 0 ? 0 : low - room, high + room];
      }},
    },
    axes: [
      {...axis, space: 70, values: (_chart, ticks, _axis, _space, step) => ticks.map((tick) => {
        const at = new Date(tick * 1000);
        return at.getHours() === 0 && at.getMinutes() === 0 ? days.format(at) : step < 60 ? seconds.format(at) : hours.format(at);
      })},
      {...axis, size: 68, splits: boolean ? () => [0, 1] : undefined, values: (_chart, ticks) => ticks.map(text)},
    ],
    series: [
      {label: '\u00a0', value: (_chart, at) => (at ? exact.format(new Date(at * 1000)) : '')},
      {
        label,
        stroke: colour('--accent'),
        fill: summary ? undefined : colour('--accent-soft'),
        width: 2,
        paths: summary ? undefined : uPlot.paths.stepped!({align: 1}),
        points: {show: history.points.length < fewPoints && !boolean, size: 5, fill: colour('--accent')},
        value: (_chart, value) => text(value),
      },
      ...(summary ? [
        {...bound, label: 'min', value: (_chart: uPlot, value: number) => text(value)},
        {...bound, label: 'max', value: (_chart: uPlot, value: number) => text(value)},
      ] : []),
    ],
    bands: summary ? [{series: [3, 2], fill: colour('--accent-soft')}] : undefined,
  };
}

/** `last` = the value now, null when the device is not heard of. */
export function Chart({history, label, last}: {history: History; label: string; last: number | boolean | null}) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const kind = `${history.resolution} ${history.unit} ${label} ${scheme.value} ${history.points.length === 0}`;

  useEffect(() => {
    const element = place.current!;
    const made = new uPlot(optionsOf(history, label, element.clientWidth), dataOf(history, toNumber(last)), element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({width: element.clientWidth, height}));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [kind]);

  // New points move the line; the chart itself stays, so that nothing flickers.
  useEffect(() => {
    const made = chart.current!;
    made.batch(() => {
      made.setData(dataOf(history, toNumber(last)), true);
      made.setScale('x', {min: startOf(history), max: Date.parse(history.to) / 1000});
    });
  }, [history, kind]);

  return <div class="chart" ref={place} role="img" aria-label={`${texts.value.history} · ${label}`} />;
}
