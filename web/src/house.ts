// The mode of the house, live.

import {signal} from '@preact/signals';
import {request, token} from './api.ts';
import {texts} from './i18n.ts';
import {notify} from './notices.ts';
import {onMessage} from './realtime.ts';

export interface House {
  mode: string;
  modes: string[];
  sun: {up: boolean};
}

/** Null until it has been read, and for people who may not see it. */
export const house = signal<House | null>(null);

async function reload(): Promise<void> {
  house.value = token.peek() ? await request<House>('GET', '/api/house').catch(() => null) : null;
}

/** Shows at once, and is taken back when the server refuses. */
export async function setMode(mode: string): Promise<void> {
  const before = house.peek();
  if (!before || before.mode === mode) return;
  house.value = {...before, mode};
  try {
    house.value = await request<House>('PUT', '/api/house/mode', {mode});
  } catch (error) {
    house.value = before;
    notify(error instanceof Error ? error.message : texts.value.unreachable);
  }
}

/** The modes that every site begins with have words of their own; others are shown as they are named. */
export const modeName = (mode: string): string => texts.value.modes[mode] ?? mode;

export function start(): void {
  onMessage('house_changed', ({mode, modes, sun}) => {
    house.value = {mode, modes, sun} as House;
  });
  for (const type of ['initial', 'resync']) onMessage(type, () => void reload());
  token.subscribe((value) => {
    if (!value) house.value = null;
  });
}
