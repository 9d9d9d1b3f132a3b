// Short messages at the edge of the screen; they stay until they are read and closed, errors first.

import {signal} from '@preact/signals';
import {ApiError} from './api.ts';
import {texts} from './i18n.ts';

export interface Notice {
  id: number;
  text: string;
}

export const notices = signal<Notice[]>([]);
let nextId = 1;

export function notify(text: string): void {
  if (notices.peek().some((notice) => notice.text === text)) return;
  notices.value = [...notices.peek(), {id: nextId++, text}].slice(-3);
}

export function dismiss(id: number): void {
  notices.value = notices.peek().filter((notice) => notice.id !== id);
}

/** Runs an action of a person and shows what went wrong. */
export function attempt(action: Promise<unknown>): void {
  action.catch((error) => notify(error instanceof ApiError ? error.message : texts.value.failed));
}
