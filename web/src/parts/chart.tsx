// The history of one numeric attribute: a line, with the band between minimum and maximum where points are summaries.

import {useEffect, useRef} from 'preact/hooks';
import uPlot from 'uplot';
import {language, withUnit} from '../i18n.ts';
import type {History} from '../types.ts';

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const toNumber = (value: unknown): number | null =>
  typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : null;

export function Chart({history, label}: {history: History; label: string}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current!;
    const summary = history.resolution !== 'raw';
    const times = history.points.map((point) => Date.parse(point.at) / 1000);
    const values = history.points.map((point) => (summary ? point.mean ?? null : toNumber(point.value)));
    const lows = history.points.map((point) => point.min ?? null);
    const highs = history.points.map((point) => point.max ?? null);
    const line = colour('--accent');
    const axis = {stroke: colour('--muted'), grid: {stroke: colour('--line'), width: 1}, ticks: {show: false}};
    const hidden = {stroke: 'transparent', points: {show: false}, label: ''};
    const stepped = uPlot.paths.stepped!({align: 1});
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: 260,
        cursor: {drag: {x: true, y: false}},
        legend: {show: true, live: true},
        scales: {x: {time: true, min: Date.parse(history.from) / 1000, max: Date.parse(history.to) / 1000}},
        tzDate: (timestamp) => new Date(timestamp * 1000),
        axes: [axis, {...axis, size: 62, values: (_chart, ticks) => ticks.map((tick) => withUnit(tick, history.unit))}],
        series: [
          {value: (_chart, time) => (time ? new Date(time * 1000).toLocaleString(language.peek()) : '')},
          {
            label,
            stroke: line,
            width: 2,
            paths: summary ? undefined : stepped,
            points: {show: history.points.length < 60},
            value: (_chart, value) => (value === null ? '–' : withUnit(value, history.unit)),
          },
          ...(summary ? [hidden, hidden] : []),
        ],
        bands: summary ? [{series: [3, 2], fill: colour('--accent-soft')}] : undefined,
      },
      (summary ? [times, values, lows, highs] : [times, values]) as uPlot.AlignedData,
      element,
    );
    const observer = new ResizeObserver(() => chart.setSize({width: element.clientWidth, height: 260}));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [history, label]);
  return <div class="chart" ref={place} role="img" aria-label={label} />;
}
