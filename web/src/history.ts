// Histories of attributes: read for a window of time, and brought into the shape that a chart draws. Gaps stay gaps.

import {request} from './api.ts';
import type {History, HistoryPoint} from './types.ts';

/** One line of a chart. */
export interface Track {
  device: number;
  attribute: string;
  label: string;
}

/** Milliseconds since 1970. */
export interface Period {
  from: number;
  to: number;
}

export const keyOf = (track: Track) => `${track.device} ${track.attribute}`;

export function pathOf({device, attribute}: Track, {from, to}: Period, format: 'json' | 'csv'): string {
  const time = (at: number) => new Date(at).toISOString();
  return `/api/devices/${device}/history?attribute=${encodeURIComponent(attribute)}&from=${time(from)}&to=${time(to)}` +
    (format === 'csv' ? '&format=csv&limit=100000' : '&statistics=true');
}

export const loadHistory = (track: Track, period: Period) => request<History>('GET', pathOf(track, period, 'json'));

export const isSummary = (history: History) => history.resolution !== 'raw';

const numberOf = (value: unknown): number | null =>
  (typeof value === 'number' && Number.isFinite(value) ? value : typeof value === 'boolean' ? Number(value) : null);

type Column = (number | null)[];
/** Times in seconds, the line, and of summaries the minimum and the maximum. */
export type Table = [times: number[], line: Column, minimum: Column, maximum: Column];

/** What a chart draws of one history. `now` = the value that holds at the end of the period; null when nobody knows it. */
export function tableOf(history: History, now: number | boolean | null): Table {
  const rows = new Map<number, [number | null, number | null, number | null]>();
  const summary = isSummary(history);
  const take = (point: HistoryPoint) => {
    const at = Date.parse(point.at) / 1000;
    if (Number.isFinite(at))
      rows.set(at, summary ? [point.mean ?? null, point.min ?? null, point.max ?? null] : [numberOf(point.value), null, null]);
  };
  history.points.forEach(take);
  // Nothing is drawn across what nobody knows, whether or not a point says that it begins.
  for (const gap of history.gaps ?? []) {
    const from = Date.parse(gap.from) / 1000;
    if (!rows.has(from) || !summary) rows.set(from, [null, null, null]);
  }
  const sorted = [...rows].sort(([a], [b]) => a - b);
  const end = Date.parse(history.to) / 1000;
  const last = sorted[sorted.length - 1];
  // Samples are kept when the value changes: the last one holds until now, if it is still heard of.
  if (!summary && now !== null && last && last[1][0] !== null && end > last[0]) sorted.push([end, [Number(now), null, null]]);
  return [sorted.map(([at]) => at), ...([0, 1, 2] as const).map((column) => sorted.map(([, row]) => row[column]))] as Table;
}

const shortest = 60_000;
const longest = 366 * 86_400_000;

/** A part of the period (or more than it) around its middle; never beyond now. */
export function zoomed({from, to}: Period, factor: number, now: number, middle = (from + to) / 2): Period {
  const span = Math.min(longest, Math.max(shortest, (to - from) * factor));
  const share = (middle - from) / (to - from);
  return shiftedInto({from: middle - span * share, to: middle + span * (1 - share)}, now);
}

export const shifted = ({from, to}: Period, share: number, now: number): Period =>
  shiftedInto({from: from + (to - from) * share, to: to + (to - from) * share}, now);

function shiftedInto({from, to}: Period, now: number): Period {
  const over = Math.max(0, to - now);
  return {from: Math.round(from - over), to: Math.round(to - over)};
}
