// Texts of automations that are being written: checked, tried and saved.

import {ApiError, request, type FieldError, type Patience} from './api.ts';
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

/** Where an error of the server stands in the text, for an editor that counts in units of UTF-16. */
export function faultOf({detail, line = 0, column = 0, endColumn = 0}: FieldError, source: string): Fault | null {
  if (line === 0) return null;
  const characters = [...(source.split('\n')[line - 1] ?? '')];
  const units = (from: number, to: number) => characters.slice(from, to).join('').length;
  return {
    line, column: column > 0 ? units(0, column - 1) + 1 : 0, length: units(column - 1, endColumn - 1),
    message: detail.replace(/^.*?:\d+:\s*/, '').trim(),
  };
}

export interface Checked {
  rules: string[];
  /** Empty = nothing is wrong. */
  problem: string;
  faults: Fault[];
}

export const check = (name: string, source: string) =>
  checkAt('/api/automations/validate', {name: name || 'script', source}, source);

/** Asks a route that says which rules a text has, or what is wrong with it and where. */
export async function checkAt(path: string, body: object, source: string): Promise<Checked> {
  try {
    const {rules} = await request<{rules: string[]}>('POST', path, body);
    return {rules, problem: '', faults: []};
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 422) throw error;
    const faults = error.fields.map((one) => faultOf(one, source)).filter((one) => one !== null);
    return {rules: [], problem: error.message, faults};
  }
}

/** The id of what was saved. */
export async function save(id: number | null, name: string, source: string): Promise<number> {
  const saved = id === null ? await request<{id: number}>('POST', '/api/automations', {name, source})
    : await request<{id: number}>('PUT', `/api/automations/${id}/source`, {name, source});
  return saved.id;
}

/** How long the server works on a simulation at most, and a moment for the way. */
export const longestSimulation = 185_000;

export const runTests = (name: string, source: string, patience: Patience) =>
  request<{passed: number; failed: number; tests: TestResult[]}>('POST', '/api/automations/test', {name: name || 'script', source}, patience);

const cause = (from: string | null) => (from ? {from} : {event: {kind: 'manual'}});
/** What a text would do: by hand, or on what was recorded since `from`. */
export const tryDraft = (name: string, source: string, from: string | null, patience: Patience) =>
  request<DryRun>('POST', '/api/automations/dry-run', {name: name || 'script', source, ...cause(from)}, patience);
/** The same for what is saved. */
export const trySaved = (id: number, from: string | null, patience: Patience) =>
  request<DryRun>('POST', `/api/automations/${id}/dry-run`, cause(from), patience);

/** One's own simulations that the server works on or will work on; `progress` from 0 to 1. */
export interface Simulation {
  id: number;
  state: 'waiting' | 'running';
  progress: number;
}
export const simulations = async () => (await request<{simulations: Simulation[]}>('GET', '/api/automations/simulations')).simulations;

/** How much of a number of simulations is done; those that are no longer listed are. */
export const shareDone = (listed: Simulation[], asked: number) =>
  (Math.max(asked - listed.length, 0) + listed.slice(0, asked).reduce((sum, one) => sum + one.progress, 0)) / asked;

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
