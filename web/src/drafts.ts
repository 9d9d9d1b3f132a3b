// Texts of automations that are being written: checked, tried and saved.

import {ApiError, request} from './api.ts';
import type {Fault} from './parts/code_editor.tsx';

export interface TestResult {
  name: string;
  line: number;
  passed: boolean;
  message: string;
}

export interface Effect {
  at: string;
  kind: string;
  target: string;
  name: string;
  arguments: unknown;
  rule: string;
}

export interface DryRun {
  effects: Effect[];
  rules: {rule: string; runs: number}[];
  not_run: {rule: string; trigger: string; reason: string; at: string}[];
  values: number;
}

/** `file.lua:3: what is wrong`, with the place in the line that it speaks of, where it names one. */
export function faultOf(message: string, source: string): Fault | null {
  const match = /(?:^|\s)\S*?:(\d+):\s*([^]*)$/.exec(message);
  if (!match) return null;
  const line = Number(match[1]);
  const text = source.split('\n')[line - 1] ?? '';
  // "near 'x'", or the first quoted word that stands in the line.
  const named = [...match[2].matchAll(/'([^'\n]+)'|"([^"\n]+)"/g)].map((one) => one[1] ?? one[2]).filter((one) => text.includes(one));
  const near = /near '([^'\n]+)'/.exec(match[2])?.[1];
  const word = near && text.includes(near) ? near : named[0];
  return {line, column: word ? text.lastIndexOf(word) + 1 : 0, length: word?.length ?? 0, message: match[2].trim()};
}

export interface Checked {
  rules: string[];
  /** Empty = nothing is wrong. */
  problem: string;
  faults: Fault[];
}

export async function check(name: string, source: string): Promise<Checked> {
  try {
    const {rules} = await request<{rules: string[]}>('POST', '/api/automations/validate', {name: name || 'script', source});
    return {rules, problem: '', faults: []};
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 422) throw error;
    const fault = faultOf(error.message, source);
    return {rules: [], problem: error.message, faults: fault ? [fault] : []};
  }
}

/** The id of what was saved. */
export async function save(id: number | null, name: string, source: string): Promise<number> {
  const saved = id === null ? await request<{id: number}>('POST', '/api/automations', {name, source})
    : await request<{id: number}>('PUT', `/api/automations/${id}/source`, {name, source});
  return saved.id;
}

export const runTests = (name: string, source: string) =>
  request<{passed: number; failed: number; tests: TestResult[]}>('POST', '/api/automations/test', {name: name || 'script', source});

/** What the text would do: by hand, or on what was recorded since `from`. Without a text: what is saved. */
export const dryRun = (id: number, source: string | null, from: string | null) => request<DryRun>('POST', `/api/automations/${id}/dry-run`,
  {...(source === null ? {} : {source}), ...(from ? {from} : {event: {kind: 'manual'}})});

const keyOf = ({at, kind, target, name, arguments: values}: Effect) => JSON.stringify([at, kind, target, name, values]);

/** Effects of a draft beside those of the text that is saved: in both, only before, only after. In order of time. */
export function compared(before: Effect[], after: Effect[]): {effect: Effect; change: 'same' | 'gone' | 'new'}[] {
  const left = new Map<string, number>();
  for (const one of before) left.set(keyOf(one), (left.get(keyOf(one)) ?? 0) + 1);
  const now = after.map((effect) => {
    const count = left.get(keyOf(effect)) ?? 0;
    if (count > 0) left.set(keyOf(effect), count - 1);
    return {effect, change: count > 0 ? 'same' as const : 'new' as const};
  });
  const gone = before.filter((one) => {
    const count = left.get(keyOf(one)) ?? 0;
    if (count > 0) left.set(keyOf(one), count - 1);
    return count > 0;
  });
  return [...now, ...gone.map((effect) => ({effect, change: 'gone' as const}))].sort((a, b) => a.effect.at.localeCompare(b.effect.at));
}
