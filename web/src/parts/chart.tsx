// Histories over time: one line each, a scale for each unit, gaps as gaps. Of one summary alone also the band between its minimum and
// its maximum. Dragging chooses a part of the time.

import {useEffect, useRef} from 'preact/hooks';
import uPlot from 'uplot';
import {isSummary, tableOf, type Period} from '../history.ts';
import {texts, timeFormat, withUnit} from '../i18n.ts';
import {scheme} from '../theme.ts';
import type {History} from '../types.ts';

export interface Line {
  key: string;
  label: string;
  history: History;
  /** The value now; null when the device is not heard of. */
  now: number | boolean | null;
  isBoolean: boolean;
}

const height = 260;
const fewPoints = 60;
const shortestDrag = 8; // pixels
export const mostLines = 4;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const scaleOf = (line: Line) => (line.isBoolean ? 'boolean' : `y ${line.history.unit}`);
const hasBand = (lines: Line[]) => lines.length === 1 && isSummary(lines[0].history);

function dataOf(lines: Line[]): uPlot.AlignedData {
  const tables = lines.map((line) => tableOf(line.history, line.now));
  if (hasBand(lines)) return tables[0];
  // Where one line has no point another one has, it goes on; where it has none to say, it ends.
  return uPlot.join(tables.map(([times, line]) => [times, line] as uPlot.AlignedData));
}

/** Where the time axis begins: where the period does, except when only its end has samples. */
function rangeOf(lines: Line[], period: Period, isLive: boolean): [number, number] {
  const [from, to] = [period.from / 1000, period.to / 1000];
  const firsts = lines.flatMap((line) => (line.history.points[0] ? [Date.parse(line.history.points[0].at) / 1000] : []));
  const first = firsts.length > 0 ? Math.max(from, Math.min(...firsts)) : from;
  return [isLive && to - first < (to - from) / 4 ? first - Math.max(60, (to - first) * 0.05) : from, to];
}

function textOf(line: Line, value: number | null | undefined): string {
  const t = texts.peek();
  if (value === null || value === undefined) return '–';
  return line.isBoolean ? (value ? t.on : t.off) : withUnit(value, line.history.unit);
}

function optionsOf(lines: Line[], width: number, onSelect: (from: number, to: number) => void): uPlot.Options {
  const axis = {stroke: colour('--muted'), grid: {stroke: colour('--line'), width: 1}, ticks: {show: false}, font: '12px system-ui'};
  const bound = {stroke: 'transparent', points: {show: false}};
  const days = timeFormat({day: 'numeric', month: 'short'});
  const hours = timeFormat({hour: '2-digit', minute: '2-digit'});
  const seconds = timeFormat({hour: '2-digit', minute: '2-digit', second: '2-digit'});
  const exact = timeFormat({day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit'});
  const scales = [...new Map(lines.map((line) => [scaleOf(line), line]))];
  const band = hasBand(lines);
  const flat: uPlot.Range.Function = (_chart, low, high) => {
    if (low === null || high === null) return [0, 1];
    // A flat line stands in the middle, and a small wobble does not fill the height.
    const room = Math.max((high - low) * 0.1, Math.abs(high) * 0.02, 0.5);
    return [low >= 0 && low - room < 0 ? 0 : low - room, high + room];
  };
  return {
    width,
    height,
    cursor: {drag: {x: true, y: false, setScale: false}},
    hooks: {setSelect: [(chart) => {
      const {left, width: wide} = chart.select;
      if (wide < shortestDrag) return;
      onSelect(chart.posToVal(left, 'x') * 1000, chart.posToVal(left + wide, 'x') * 1000);
      chart.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
    }]},
    scales: {
      x: {time: true, range: (_chart, low, high) => [low, high]},
      ...Object.fromEntries(scales.map(([key, line]) => [key, line.isBoolean ? {range: [-0.1, 1.1] as uPlot.Range.MinMax} : {range: flat}])),
    },
    axes: [
      {...axis, space: 70, values: (_chart, ticks, _axis, _space, step) => ticks.map((tick) => {
        const at = new Date(tick * 1000);
        return at.getHours() === 0 && at.getMinutes() === 0 ? days.format(at) : step < 60 ? seconds.format(at) : hours.format(at);
      })},
      // Two scales have room beside the chart; the values of the others are in the legend.
      ...scales.slice(0, 2).map(([key, line], index): uPlot.Axis => ({
        ...axis, scale: key, side: index === 0 ? 3 : 1, grid: index === 0 ? axis.grid : {show: false}, size: 68,
        splits: line.isBoolean ? () => [0, 1] : undefined, values: (_chart, ticks) => ticks.map((tick) => textOf(line, tick)),
      })),
    ],
    series: [
      {label: '\u00a0', value: (_chart, at) => (at ? exact.format(new Date(at * 1000)) : '')},
      ...lines.map((line, index): uPlot.Series => ({
        label: line.label,
        scale: scaleOf(line),
        stroke: colour(`--series-${index + 1}`),
        fill: lines.length > 1 || isSummary(line.history) ? undefined : colour('--accent-soft'),
        width: 2,
        spanGaps: false,
        paths: isSummary(line.history) ? undefined : uPlot.paths.stepped!({align: 1}),
        points: {show: line.history.points.length < fewPoints && !line.isBoolean, size: 5, fill: colour(`--series-${index + 1}`)},
        value: (_chart, value) => textOf(line, value),
      })),
      ...(band ? ['min', 'max'].map((label) => ({...bound, label, scale: scaleOf(lines[0]),
        value: (_chart: uPlot, value: number) => textOf(lines[0], value)})) : []),
    ],
    bands: band ? [{series: [3, 2], fill: colour('--accent-soft')}] : undefined,
  };
}

export function Chart({lines, period, isLive, onZoom, onWheel}: {
  lines: Line[]; period: Period; isLive: boolean; onZoom: (period: Period) => void; onWheel: (factor: number, at: number) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const asked = useRef({onZoom, onWheel});
  asked.current = {onZoom, onWheel};
  const kind = `${scheme.value} ${lines.map((line) => [line.key, line.label, line.history.resolution, line.history.unit, line.history.points.length < fewPoints].join(' '))}`;
  const label = `${texts.value.history} · ${lines.map((line) => line.label).join(', ')}`;

  useEffect(() => {
    const element = place.current!;
    const made = new uPlot(optionsOf(lines, element.clientWidth, (from, to) => asked.current.onZoom({from, to})), dataOf(lines), element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({width: element.clientWidth, height}));
    observer.observe(element);
    // Only with Ctrl, as touch pads send it when two fingers part: a plain wheel moves the page.
    const onTurn = (event: WheelEvent) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const left = event.clientX - made.over.getBoundingClientRect().left;
      asked.current.onWheel(event.deltaY < 0 ? 0.7 : 1 / 0.7, made.posToVal(left, 'x') * 1000);
    };
    made.over.addEventListener('wheel', onTurn, {passive: false});
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [kind]);

  // New points move the line; the chart itself stays, so that nothing flickers.
  useEffect(() => {
    const made = chart.current!;
    const [min, max] = rangeOf(lines, period, isLive);
    made.batch(() => {
      made.setData(dataOf(lines), true);
      made.setScale('x', {min, max});
    });
  }, [lines, kind, period.from, period.to]);

  return <div class="chart" ref={place} role="img" aria-label={label} />;
}
