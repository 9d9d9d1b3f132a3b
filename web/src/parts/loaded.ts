// A list from the server that a page shows and reads again after it changed something.

import {useCallback, useEffect, useState} from 'preact/hooks';
import {ApiError, request} from '../api.ts';
import {texts} from '../i18n.ts';
import {notify} from '../notices.ts';

export function explain(error: unknown): void {
  notify(error instanceof ApiError ? error.message : texts.peek().failed);
}

/** What `path` answers, and a function that runs a change and then reads again. */
export function useLoaded<T>(path: string): [T | null, (change: () => Promise<unknown>) => Promise<void>] {
  const [value, setValue] = useState<T | null>(null);
  const load = useCallback(() => request<T>('GET', path).then(setValue, explain), [path]);
  useEffect(() => void load(), [load]);
  return [value, async (change) => {
    try {
      await change();
      await load();
    } catch (error) {
      explain(error);
    }
  }];
}
