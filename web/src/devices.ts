// All devices, live. A command shows at once and is rolled back when the server refuses it.

import {computed, signal, type ReadonlySignal, type Signal} from '@preact/signals';
import {request, token} from './api.ts';
import {language} from './i18n.ts';
import {onMessage} from './realtime.ts';
import type {Device, Plain} from './types.ts';

/** One signal a device, so that an update redraws one tile. */
const known = new Map<number, Signal<Device>>();
const ids = signal<number[]>([]);
export const loaded = signal(false);
/** Messages up to this one are older than the list that was taken. */
let listSeq = 0;

export function device(id: number): Signal<Device> | undefined {
  // Reading ids makes the caller notice devices that come and go.
  return ids.value.includes(id) ? known.get(id) : undefined;
}

export const idsOf: ReadonlySignal<number[]> = ids;
/** Devices that people do not want to see in the rooms; their own pages exist. */
export const hidden = signal<ReadonlySet<number>>(new Set());

export interface Room {
  name: string;
  devices: Signal<Device>[];
}

export const rooms = computed<Room[]>(() => {
  const byName = new Map<string, Signal<Device>[]>();
  for (const id of ids.value) {
    if (hidden.value.has(id)) continue;
    const one = known.get(id)!;
    const room = one.peek().room;
    byName.set(room, [...(byName.get(room) ?? []), one]);
  }
  return [...byName].map(([name, devices]) => ({name, devices}))
    // Those without a room last.
    .sort((a, b) => Number(a.name === '') - Number(b.name === '') || a.name.localeCompare(b.name, language.value));
});

export const roomNames = computed(() => rooms.value.map((room) => room.name).filter(Boolean));

/** Every device, for what is counted over all of them. */
export const all = computed<Device[]>(() => ids.value.filter((id) => !hidden.value.has(id)).map((id) => known.get(id)!.value));

function take(next: Device): void {
  const present = known.get(next.id);
  if (!present) {
    known.set(next.id, signal(next));
    ids.value = [...ids.peek(), next.id];
    return;
  }
  const moved = present.peek().room !== next.room;
  present.value = next;
  if (moved) ids.value = [...ids.peek()];
}

function takeAll(list: Device[]): void {
  const present = new Set(list.map((one) => one.id));
  for (const id of known.keys()) if (!present.has(id)) known.delete(id);
  for (const one of list) {
    const slot = known.get(one.id);
    if (slot) slot.value = one;
    else known.set(one.id, signal(one));
  }
  ids.value = list.map((one) => one.id);
  loaded.value = true;
}

export async function reload(): Promise<void> {
  takeAll(await request<Device[]>('GET', '/api/devices'));
}

export function start(): void {
  onMessage('initial', (message) => {
    if (!Array.isArray(message.devices)) return;
    listSeq = message.seq ?? 0;
    takeAll(message.devices as Device[]);
  });
  onMessage('device_update', (message) => {
    if ((message.seq ?? Infinity) > listSeq) take(message.device as Device);
  });
  onMessage('device_removed', (message) => {
    if ((message.seq ?? Infinity) <= listSeq) return;
    known.delete(message.id as number);
    ids.value = ids.peek().filter((id) => id !== message.id);
  });
  onMessage('resync', () => void reload().catch(() => undefined));
  token.subscribe((value) => {
    if (value) return;
    known.clear();
    ids.value = [];
    loaded.value = false;
    listSeq = 0;
  });
}

/** Shows `guess` until the server answers; throws ApiError after the device is back at what it was. */
async function command(id: number, guess: (before: Device) => Device, path: string, body?: unknown): Promise<void> {
  const slot = known.get(id);
  if (!slot) return;
  const before = slot.peek();
  const shown = guess(before);
  slot.value = shown;
  try {
    const answer = await request<Device>('POST', `/api/devices/${id}/${path}`, body);
    // What the device has said meanwhile is newer than the answer.
    if (slot.peek() === shown) take(answer);
  } catch (error) {
    if (slot.peek() === shown) slot.value = before;
    throw error;
  }
}

export function toggle(id: number): Promise<void> {
  return command(id, (before) => ({...before, status: !before.status, assumed: true}), 'toggle');
}

/** Sends an order to one function of a device; `shown` are the values of attributes that are shown until the device answers. */
export function order(
  id: number, entity: string, what: {command: string; arguments?: Record<string, Plain>}, shown: Record<string, Plain>,
): Promise<void> {
  return command(id, (before) => {
    const attributes = {...before.attributes};
    for (const [name, value] of Object.entries(shown))
      if (attributes[name]) attributes[name] = {...attributes[name], value, assumed: true};
    const status = shown.status;
    return {...before, attributes, ...(typeof status === 'boolean' ? {status, assumed: true} : {})};
  }, 'commands', entity ? {...what, entity} : what);
}
