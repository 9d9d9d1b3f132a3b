// Who is signed in.

import {computed, signal} from '@preact/signals';
import {ApiError, request, setToken, token} from './api.ts';
import type {User} from './types.ts';

export const user = signal<User | null>(null);
/** May enable, disable and run automations. The server decides; this only hides what it would refuse. */
export const isAdministrator = computed(() => user.value?.role === 'admin' || user.value?.role === 'superadmin');

interface SignedIn {
  token: string;
  user: User;
}

function enter(answer: SignedIn): void {
  user.value = answer.user;
  setToken(answer.token);
}

export async function signIn(email: string, password: string): Promise<void> {
  enter(await request<SignedIn>('POST', '/api/auth/login', {email, password}));
}

export async function signUp(name: string, email: string, password: string): Promise<void> {
  enter(await request<SignedIn>('POST', '/api/auth/register', {name, email, password}));
}

export function signOut(): void {
  request('POST', '/api/auth/logout').catch(() => undefined);
  setToken(null);
  user.value = null;
}

/** Reads who the stored token belongs to; only a token that the server refuses is dropped. */
export async function restore(): Promise<void> {
  if (!token.value) return;
  try {
    user.value = await request<User>('GET', '/api/auth/me');
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) setToken(null);
  }
}
