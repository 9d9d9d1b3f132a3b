// Automations as the server tells them. Everything that the rest of the dashboard does not need to know of the REST answers is here.

import {signal} from '@preact/signals';
import {request, token} from './api.ts';
import {onMessage} from './realtime.ts';

export type Json = Record<string, unknown>;
export type RunState = 'running' | 'waiting' | 'finished' | 'failed' | 'over-budget' | 'cancelled' | 'queued';

/** A value that a run or a condition looked at. */
export interface Read {
  device: number;
  attribute: string;
  value: unknown;
}

export interface Step {
  number: number;
  kind: 'command' | 'publish' | 'log' | 'wait' | 'wait_for' | 'call' | 'history' | string;
  at: string | null;
  what: Json;
  done: boolean;
  ok: boolean;
  result: unknown;
  due: string | null;
  reads: Read[];
}

export interface Run {
  id: string;
  rule: string;
  state: RunState;
  startedAt: string | null;
  milliseconds: number | null;
  event: Json;
  error: string;
  line: number;
  steps: Step[];
  stepCount: number;
}

export interface Rule {
  name: string;
  line: number;
  triggers: string[];
}

export interface Automation {
  id: number;
  name: string;
  /** `database`: written here; `file`, `plugin`: written elsewhere. */
  kind: string;
  file: string;
  enabled: boolean;
  disabledReason: string;
  state: 'loading' | 'active' | 'failed';
  error: string;
  line: number;
  rules: Rule[];
  running: number;
  lastRun: Run | null;
  source: string;
}

const object = (value: unknown): Json => (value && typeof value === 'object' && !Array.isArray(value) ? value as Json : {});
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(object) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const time = (value: unknown): string | null => (typeof value === 'string' && value ? value : null);

const toRead = (from: Json): Read => ({device: number(from.device), attribute: text(from.attribute), value: from.value});

const toStep = (from: Json): Step => ({
  number: number(from.step),
  kind: text(from.kind),
  at: time(from.at),
  what: object(from.what),
  done: from.done === true,
  ok: from.ok !== false,
  result: from.result ?? null,
  due: time(from.due),
  reads: list(from.read).map(toRead),
});

export const toRun = (from: Json): Run => ({
  id: String(from.id ?? ''),
  rule: text(from.rule),
  state: (text(from.state) || 'running') as RunState,
  startedAt: time(from.started_at),
  milliseconds: typeof from.duration_ms === 'number' ? from.duration_ms : null,
  event: object(from.event),
  error: text(from.error),
  line: number(from.line),
  steps: list(from.steps).map(toStep),
  stepCount: number(from.step_count),
});

export const toAutomation = (from: Json): Automation => ({
  id: number(from.id),
  name: text(from.name),
  kind: text(from.kind),
  file: text(from.file).split('/').pop()!,
  enabled: from.enabled === true,
  disabledReason: text(from.disabled_reason),
  state: from.state === 'failed' || from.state === 'loading' ? from.state : 'active',
  error: text(from.error),
  line: number(from.line),
  rules: list(from.rules).map((rule) => ({
    name: text(rule.name),
    line: number(rule.line),
    triggers: Array.isArray(rule.triggers) ? rule.triggers.map(String) : [],
  })),
  running: number(from.running),
  lastRun: from.last_run ? toRun(object(from.last_run)) : null,
  source: text(from.source),
});

/** What is wrong comes first. */
const order = (one: Automation) => (one.state === 'failed' ? 0 : isTroubled(one) ? 1 : 2);

/** Broken, stopped by the server, or failed when it ran last. */
export function isTroubled(one: Automation): boolean {
  return one.error !== '' || one.disabledReason !== '' ||
    (one.enabled && (one.lastRun?.state === 'failed' || one.lastRun?.state === 'over-budget'));
}

/** The name that somebody gave it. A file says better what it does by its rules than by its name, unless nobody named them. */
export function titleOf(one: Automation): string {
  if (one.kind === 'database') return one.name;
  return one.rules.filter((rule) => !/^rule \d+$/.test(rule.name)).map((rule) => rule.name).join(' · ') || one.name;
}

/** null until they have been read. */
export const automations = signal<Automation[] | null>(null);
/** Counts what the server has said about automations: a view that depends on them reads it and reads anew. */
export const revision = signal(0);

export async function refresh(): Promise<void> {
  const answer = await request<Json>('GET', '/api/automations');
  automations.value = list(answer.automations).map(toAutomation)
    .sort((a, b) => order(a) - order(b) || titleOf(a).localeCompare(titleOf(b)));
}

export async function find(id: number): Promise<Automation> {
  return toAutomation(await request<Json>('GET', `/api/automations/${id}`));
}

export async function runsOf(id: number): Promise<Run[]> {
  return list((await request<Json>('GET', `/api/automations/${id}/runs?limit=20`)).runs).map(toRun);
}

async function change(id: number, action: 'enable' | 'disable'): Promise<void> {
  const next = toAutomation(await request<Json>('POST', `/api/automations/${id}/${action}`));
  automations.value = automations.peek()?.map((one) => (one.id === id ? next : one)) ?? null;
  revision.value++;
}

export const enable = (id: number) => change(id, 'enable');
export const disable = (id: number) => change(id, 'disable');

export const remove = (id: number) => request('DELETE', `/api/automations/${id}`);

export async function runNow(id: number): Promise<void> {
  await request('POST', `/api/automations/${id}/run`);
  revision.value++;
}

/** Messages come in bursts when a rule runs: one reading is enough for them. */
const gather = 200;

export function start(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => revision.value++, gather);
  };
  for (const type of ['automation_changed', 'automation_run', 'initial', 'resync']) onMessage(type, changed);
  token.subscribe((value) => {
    if (!value) automations.value = null;
  });
}
