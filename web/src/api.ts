// Requests to the server. Every failure becomes an ApiError whose message is fit for people.

import {signal} from '@preact/signals';
import {language, texts} from './i18n.ts';

/** A field that was refused, and where in it, if it is a text of several lines (counted from 1; column 0 = the whole line). */
export interface FieldError {
  pointer: string;
  detail: string;
  line?: number;
  column?: number;
  endColumn?: number;
}

export class ApiError extends Error {
  /** `fields`: what was refused, of an answer that says so. */
  constructor(readonly status: number, message: string, readonly fields: FieldError[] = []) {
    super(message);
  }
}

const tokenKey = 'token';
export const token = signal<string | null>(localStorage.getItem(tokenKey));

export function setToken(next: string | null): void {
  token.value = next;
  if (next) localStorage.setItem(tokenKey, next);
  else localStorage.removeItem(tokenKey);
}

const timeLimit = 15_000;

/** A picture of the server as an address for `<img>`, to be given back with URL.revokeObjectURL; null when there is none. */
export async function picture(path: string): Promise<string | null> {
  const headers: Record<string, string> = token.value ? {Authorization: `Bearer ${token.value}`} : {};
  const response = await fetch(path, {headers, signal: AbortSignal.timeout(timeLimit)}).catch(() => null);
  return response?.status === 200 ? URL.createObjectURL(await response.blob()) : null;
}

/** A file of the server, saved by the browser. A link alone would come without the token. */
export async function download(path: string, name: string): Promise<void> {
  const headers: Record<string, string> = {'Accept-Language': language.value};
  if (token.value) headers.Authorization = `Bearer ${token.value}`;
  const response = await fetch(path, {headers}).catch(() => { throw new ApiError(0, texts.value.unreachable); });
  if (!response.ok) {
    const content = await response.json().catch(() => null);
    throw new ApiError(response.status, content?.message ?? `${response.status} ${response.statusText}`);
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** For work that takes longer than people wait for a page. */
export interface Patience {
  /** Breaks the request off; the server then stops working on it. */
  signal: AbortSignal;
  /** In milliseconds. */
  limit: number;
}

/** What was asked for was given up by whoever asked. */
export const isGivenUp = (error: unknown) => error instanceof DOMException && error.name === 'AbortError';

export async function request<T>(method: string, path: string, body?: unknown, patience?: Patience): Promise<T> {
  const headers: Record<string, string> = {'Accept-Language': language.value};
  if (token.value) headers.Authorization = `Bearer ${token.value}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  // Both in one: AbortSignal.any() is younger than the browsers that this has to work in.
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), patience?.limit ?? timeLimit);
  const giveUp = () => control.abort();
  patience?.signal.addEventListener('abort', giveUp);
  let response: Response;
  let content;
  try {
    patience?.signal.throwIfAborted();
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: control.signal,
    });
    content = await response.json().catch(() => null);
    patience?.signal.throwIfAborted();
  } catch (error) {
    if (patience?.signal.aborted) throw error;
    throw new ApiError(0, texts.value.unreachable);
  } finally {
    clearTimeout(timer);
    patience?.signal.removeEventListener('abort', giveUp);
  }
  if (response.ok) return content as T;
  // A token that is no longer good: back to the door.
  if (response.status === 401 && token.value && !path.startsWith('/api/auth/')) setToken(null);
  throw new ApiError(response.status, content?.message ?? `${response.status} ${response.statusText}`, content?.errors ?? []);
}
