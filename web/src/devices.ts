// All devices, live. A command shows at once and is rolled back when the server refuses it.

import {computed, signal, type Signal} from '@preact/signals';
import {request, token} from './api.ts';
import {onMessage} from './realtime.ts';
import type {Device} from './types.ts';

/** One signal a device, so that an update redraws one tile. */
const known = new Map<number, Signal<Device>>();
const ids = signal<number[]>([]);
export const loaded = signal(false);

export function device(id: number): Signal<Device> | undefined {
  // Reading ids makes the caller notice devices that come and go.
  return ids.value.includes(id) ? known.get(id) : undefined;
}

export interface Room {
  name: string;
  devices: Signal<Device>[];
}

export const rooms = computed<Room[]>(() => {
  const byName = new Map<string, Signal<Device>[]>();
  for (const id of ids.value) {
    const one = known.get(id)!;
    const room = one.peek().room;
    byName.set(room, [...(byName.get(room) ?? []), one]);
  }
  return [...byName].map(([name, devices]) => ({name, devices})).sort((a, b) => a.name.localeCompare(b.name));
});

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

function takeAll(all: Device[]): void {
  const present = new Set(all.map((one) => one.id));
  for (const id of known.keys()) if (!present.has(id)) known.delete(id);
  for (const one of all) {
    const slot = known.get(one.id);
    if (slot) slot.value = one;
    else known.set(one.id, signal(one));
  }
  ids.value = all.map((one) => one.id);
  loaded.value = true;
}

export async function reload(): Promise<void> {
  takeAll(await request<Device[]>('GET', '/api/devices'));
}

export function start(): void {
  onMessage('initial', (message) => {
    if (Array.isArray(message.devices)) takeAll(message.devices as Device[]);
  });
  onMessage('device_update', (message) => take(message.device as Device));
  onMessage('device_removed', (message) => {
    known.delete(message.id as number);
    ids.value = ids.peek().filter((id) => id !== message.id);
  });
  onMessage('resync', () => void reload().catch(() => undefined));
  token.subscribe((value) => {
    if (value) return;
    known.clear();
    ids.value = [];
    loaded.value = false;
  });
}

/** Switches a device; throws ApiError after the tile is back at what it was. */
export async function toggle(id: number): Promise<void> {
  const slot = known.get(id);
  if (!slot) return;
  const before = slot.peek();
  slot.value = {...before, status: !before.status, assumed: true};
  try {
    take(await request<Device>('POST', `/api/devices/${id}/toggle`));
  } catch (error) {
    slot.value = before;
    throw error;
  }
}

/** Sets writable attributes, e.g. `{level: 60}`. */
export async function set(id: number, values: Record<string, unknown>): Promise<void> {
  take(await request<Device>('POST', `/api/devices/${id}/commands`, {command: 'set', arguments: values}));
}
