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

/** What the server still wants before it lets somebody in. */
export interface SecondStep {
  challenge: string;
  /** The role asks for a second factor that the account does not have yet. */
  isSetUp: boolean;
}
/** The identity provider of the site; `name` may be empty. */
export interface IdentityProvider {
  configured: boolean;
  name: string;
}
interface Answer extends SignedIn {
  requires2FA?: boolean;
  requires2FASetup?: boolean;
  challenge?: string;
  deviceToken?: string;
  recoveryCodes?: string[];
}

const deviceKey = 'device-token';

function enter(answer: SignedIn): void {
  user.value = answer.user;
  setToken(answer.token);
}

async function firstStep(path: string, proof: object): Promise<SecondStep | null> {
  const deviceToken = localStorage.getItem(deviceKey) ?? undefined;
  const answer = await request<Answer>('POST', path, {...proof, deviceToken});
  if (answer.challenge) return {challenge: answer.challenge, isSetUp: answer.requires2FASetup === true};
  enter(answer);
  return null;
}

/** Null when that was all. */
export const signIn = (email: string, password: string) => firstStep('/api/auth/login', {email, password});

/** Leaves for the identity provider, which sends the browser back to /oidc. */
export async function leaveForProvider(): Promise<void> {
  location.assign((await request<{url: string}>('POST', '/api/auth/oidc/start')).url);
}

/** What the provider sent the browser back with; null elsewhere. */
export function returnFromProvider(address: Location): Record<string, string> | null {
  if (address.pathname !== '/oidc') return null;
  const answer = new URLSearchParams(address.search);
  return Object.fromEntries(['state', 'code', 'iss', 'error'].filter((name) => answer.has(name)).map((name) => [name, answer.get(name)!]));
}

/** Null when that was all. */
export const finishAtProvider = (answer: Record<string, string>) => firstStep('/api/auth/oidc/finish', answer);

/** Gives the second factor; `proceed` lets in, after recovery codes were shown where there are some. */
export async function verify(challenge: string, otp: string, trustDevice: boolean): Promise<{codes: string[]; proceed: () => void}> {
  const answer = await request<Answer>('POST', '/api/auth/verify-otp', {challenge, otp, trustDevice});
  if (answer.deviceToken) localStorage.setItem(deviceKey, answer.deviceToken);
  return {codes: answer.recoveryCodes ?? [], proceed: () => enter(answer)};
}

export async function enterAsGuest(code: string): Promise<void> {
  enter(await request<SignedIn>('POST', '/api/auth/guest', {code}));
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
