// The WebSocket: one connection while signed in, opened again for ever with a growing pause. What it misses while it is away is
// replayed by the server (`resume`), or everything is read anew.

import {signal} from '@preact/signals';
import {token} from './api.ts';

export type Connection = 'off' | 'connecting' | 'live' | 'stale';
export const connection = signal<Connection>('off');

type Message = {type: string; seq?: number} & Record<string, unknown>;
type Handler = (message: Message) => void;

const handlers = new Map<string, Set<Handler>>();
const firstPause = 500;
const longestPause = 15_000;
const pingEvery = 20_000;
/** Without any message for this long the connection is dead, though the browser has not noticed. */
const silence = 45_000;

let socket: WebSocket | null = null;
let pause = firstPause;
let timer: ReturnType<typeof setTimeout> | undefined;
let lastSeq = 0;
let lastMessage = 0;

export function onMessage(type: string, handler: Handler): () => void {
  const set = handlers.get(type) ?? new Set();
  handlers.set(type, set.add(handler));
  return () => set.delete(handler);
}

function dispatch(message: Message): void {
  if (typeof message.seq === 'number') lastSeq = message.seq;
  for (const handler of handlers.get(message.type) ?? []) handler(message);
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
    lastMessage = Date.now();
    connection.value = 'live';
    pause = firstPause;
    try {
      dispatch(JSON.parse(event.data as string) as Message);
    } catch (error) {
      console.error('a message could not be handled', error);
    }
  };
  current.onclose = () => {
    if (socket !== current) return;
    socket = null;
    if (!token.value) return;
    connection.value = 'stale';
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
  connection.value = 'off';
}

/** Follows the token: connected while there is one. */
export function start(): void {
  token.subscribe((value) => (value ? open() : close()));
  setInterval(() => {
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    if (Date.now() - lastMessage > silence) socket.close();
    else socket.send('{"type":"ping"}');
  }, pingEvery);
  // A phone that wakes up should not wait for the timer.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && token.value && !socket) open();
  });
}
