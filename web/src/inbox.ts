// What has announced itself and waits for a person, live.

import {computed, effect, signal} from '@preact/signals';
import {request, token} from './api.ts';
import {hidden, idsOf} from './devices.ts';
import {onMessage} from './realtime.ts';

export interface NewDevice {
  id: number;
  name: string;
  type: string;
  room: string;
  maker: string;
  model: string;
  integrations: string[];
  entities: number;
  online: boolean;
  discoveredAt: string;
  decision: 'new' | 'ignored';
}

interface Inbox {
  new: number;
  ignored: number[];
  devices: NewDevice[];
}

/** null until it has been read, and for people who may not see it. */
export const inbox = signal<Inbox | null>(null);
export const newCount = computed(() => inbox.value?.new ?? 0);

const firstDiscovered = 1_000_001;
const gather = 300;

export async function reloadInbox(): Promise<void> {
  const answer = await request<Inbox>('GET', '/api/devices/discovered').catch(() => null);
  inbox.value = token.peek() ? answer : null;
  hidden.value = new Set(answer?.ignored ?? []);
}

export async function decide(devices: number[], decision: 'accepted' | 'ignored' | 'new'): Promise<void> {
  await request('POST', '/api/devices/discovered', {decision, devices});
  await reloadInbox();
}

export function start(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { if (token.peek()) void reloadInbox(); }, gather);
  };
  for (const type of ['initial', 'resync', 'discovery_changed']) onMessage(type, soon);
  // One that nobody knew yet, or that went away.
  let before = '';
  effect(() => {
    const now = idsOf.value.filter((id) => id >= firstDiscovered).join();
    if (now !== before) soon();
    before = now;
  });
  token.subscribe((value) => {
    if (value) return;
    inbox.value = null;
    hidden.value = new Set();
  });
}
