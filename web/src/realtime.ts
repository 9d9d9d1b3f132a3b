// The WebSocket: one connection while signed in, opened again for ever with a growing pause. What it misses while it is away is
// replayed by the server (`resume`), or everything is read anew (`resync`).

import {signal} from '@preact/signals';
import {token} from './api.ts';

export type Connection = 'off' | 'connecting' | 'live' | 'stale';
export const connection = signal<Connection>('off');
/** When the values on the screen were last known to be true; null while they are. */
export const staleSince = signal<string | null>(null);

export type Message = {type: string; seq?: number} & Record<string, unknown>;
type Handler = (message: Message) => void;

const handlers = new Map<string, Set<Handler>>();
const firstPause = 500;
const longestPause = 15_000;
const pingEvery = 10_000;
/** Without any message for this long the connection is dead, though the browser has not noticed. */
const silence = 22_000;
const policyViolation = 1008;

let socket: WebSocket | null = null;
let pause = firstPause;
let timer: ReturnType<typeof setTimeout> | undefined;
let lastSeq = 0;
let lastMessage = 0;
let refused: () => void = () => undefined;

export function onMessage(type: string, handler: Handler): () => void {
  const set = handlers.get(type) ?? new Set();
  handlers.set(type, set.add(handler));
  return () => set.delete(handler);
}

function dispatch(message: Message): void {
  // A server that starts anew counts from elsewhere: its first message says where. What it replays is older than that.
  if (typeof message.seq === 'number') lastSeq = message.type === 'initial' ? message.seq : Math.max(lastSeq, message.seq);
  for (const handler of handlers.get(message.type) ?? []) handler(message);
}

function lose(): void {
  connection.value = 'stale';
  staleSince.value ??= new Date().toISOString();
}

function open(): void {
  clearTimeout(timer);
  if (!token.value) return;
  if (connection.value === 'off') connection.value = 'connecting';
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const current = new WebSocket(`${scheme}://${location.host}/ws`);
  socket = current;
  current.onopen = () => {
    // The token is the first message, so that it stands in no address and no access log.
    current.send(JSON.stringify({type: 'auth', token: token.value}));
    if (lastSeq) current.send(JSON.stringify({type: 'resume', seq: lastSeq}));
  };
  current.onmessage = (event) => {
    if (socket !== current) return;
    lastMessage = Date.now();
    pause = firstPause;
    try {
      dispatch(JSON.parse(event.data as string) as Message);
    } catch (error) {
      console.error('a message could not be handled', error);
    }
    // After the values, so that nothing old is ever shown as live.
    connection.value = 'live';
    staleSince.value = null;
  };
  current.onclose = (event) => {
    if (socket !== current) return;
    socket = null;
    if (!token.value) return;
    lose();
    if (event.code === policyViolation) refused();
    timer = setTimeout(open, pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, longestPause);
  };
}

function close(): void {
  clearTimeout(timer);
  const current = socket;
  socket = null;
  current?.close();
  lastSeq = 0;
  pause = firstPause;
  connection.value = 'off';
  staleSince.value = null;
}

/** Tries at once instead of at the end of the pause. */
export function retry(): void {
  if (token.value && !socket) open();
}

/** A connection that stays open over a dead network would wait for its end: it is given up. */
function abandon(): void {
  const current = socket;
  if (!current) return;
  socket = null;
  current.close();
  lose();
  timer = setTimeout(open, pause);
}

/** Follows the token: connected while there is one. `onRefused` is called when the server does not take the token. */
export function start(onRefused: () => void): void {
  refused = onRefused;
  token.subscribe((value) => {
    close();
    if (value) open();
  });
  setInterval(() => {
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    if (Date.now() - lastMessage > silence) abandon();
    else socket.send('{"type":"ping"}');
  }, pingEvery);
  // A phone that wakes up, or finds its network again, should not wait for the timer.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) retry();
  });
  addEventListener('online', retry);
  addEventListener('offline', abandon);
}
