// Groups and scenes, and commands to many devices at once.

import {signal} from '@preact/signals';
import {request, token} from './api.ts';
import {device} from './devices.ts';
import {homeTexts} from './i18n_home.ts';
import {notify} from './notices.ts';
import {onMessage} from './realtime.ts';
import type {Plain} from './types.ts';

export interface Group {
  id: number;
  name: string;
  devices: number[];
}

export interface SceneStep {
  device: number;
  entity?: string;
  command: string;
  arguments?: Record<string, Plain>;
}

export interface Scene {
  id: number;
  name: string;
  steps: SceneStep[];
}

interface Outcome {
  sent: number;
  skipped: number;
  failed: number;
  results: {device: number; result: 'sent' | 'skipped' | 'failed'; message?: string}[];
}

/** null until they have been read, and for people who may not see them. */
export const groups = signal<Group[] | null>(null);
export const scenes = signal<Scene[] | null>(null);

export async function reloadCollections(): Promise<void> {
  const [nextGroups, nextScenes] = await Promise.all([
    request<Group[]>('GET', '/api/devices/groups'), request<Scene[]>('GET', '/api/scenes')]);
  groups.value = nextGroups;
  scenes.value = nextScenes;
}

async function change(method: string, path: string, body?: unknown): Promise<void> {
  await request(method, path, body);
  await reloadCollections();
}

const save = (path: string, id: number | null, body: unknown) =>
  (id === null ? change('POST', path, body) : change('PUT', `${path}/${id}`, body));

export const saveGroup = (id: number | null, name: string, devices: number[]) => save('/api/devices/groups', id, {name, devices});
export const removeGroup = (id: number) => change('DELETE', `/api/devices/groups/${id}`);
/** Takes what the devices are set to now. */
export const captureScene = (id: number | null, name: string, capture: number[]) => save('/api/scenes', id, {name, capture});
export const renameScene = (scene: Scene, name: string) => save('/api/scenes', scene.id, {name, steps: scene.steps});
export const removeScene = (id: number) => change('DELETE', `/api/scenes/${id}`);

/** Says what a command to many came to; what failed, by name and in the words of the server. */
async function tell(answer: Promise<Outcome>): Promise<void> {
  const t = homeTexts.peek();
  const {failed, results} = await answer;
  if (failed === 0) return;
  notify(t.someFailed(results.filter((one) => one.result === 'failed')
    .map((one) => `${device(one.device)?.peek().name ?? one.device} (${one.message ?? ''})`).join(', ')));
}

export const commandMany = (target: {devices?: number[]; room?: string; group?: number}, command: string) =>
  tell(request<Outcome>('POST', '/api/devices/commands', {...target, command}));
export const applyScene = (id: number) => tell(request<Outcome>('POST', `/api/scenes/${id}/activate`));

/** What people decide about one device. */
export const editDevice = (id: number, edit: {name?: string; room?: string}) => request('PUT', `/api/devices/${id}`, edit);
export const deleteDevice = (id: number) => request('DELETE', `/api/devices/${id}`);

export function start(): void {
  for (const type of ['initial', 'resync']) onMessage(type, () => void reloadCollections().catch(() => undefined));
  token.subscribe((value) => {
    if (value) return;
    groups.value = null;
    scenes.value = null;
  });
}
