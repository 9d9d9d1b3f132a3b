import assert from 'node:assert/strict';
import {test} from 'node:test';
import {load} from './browser.mjs';

async function connected(stored = {token: 'T'}) {
  const world = await load({modules: ['realtime', 'api'], stored});
  world.refusals = 0;
  world.realtime.start(() => world.refusals++);
  return world;
}

async function live() {
  const world = await connected();
  world.sockets[0].accept();
  world.sockets[0].say({type: 'initial', seq: 40});
  return world;
}

test('waits for somebody to sign in', async () => {
  const {api, realtime, sockets} = await connected({});
  assert.equal(sockets.length, 0);
  assert.equal(realtime.connection.value, 'off');
  api.setToken('T');
  assert.equal(sockets.length, 1);
  assert.equal(realtime.connection.value, 'connecting');
});

test('sends the token as the first message and never in the address', async () => {
  const {sockets} = await connected();
  assert.equal(sockets[0].url, 'ws://home.test/ws');
  sockets[0].accept();
  assert.deepEqual(sockets[0].sent, [{type: 'auth', token: 'T'}]);
});

test('is live from the first message on', async () => {
  const {realtime, sockets} = await connected();
  sockets[0].accept();
  assert.equal(realtime.connection.value, 'connecting');
  sockets[0].say({type: 'initial', seq: 1});
  assert.equal(realtime.connection.value, 'live');
});

test('says since when it is stale, connects again and resumes after the last message', async () => {
  const {realtime, sockets, timers} = await live();
  sockets[0].say({type: 'device_update', seq: 41});
  const lostAt = timers.now;
  sockets[0].end();
  assert.equal(realtime.connection.value, 'stale');
  assert.equal(Date.parse(realtime.staleSince.value), lostAt);
  timers.advance(500);
  assert.equal(sockets.length, 2);
  assert.equal(realtime.connection.value, 'stale');
  sockets[1].accept();
  assert.deepEqual(sockets[1].sent, [{type: 'auth', token: 'T'}, {type: 'resume', seq: 41}]);
  sockets[1].say({type: 'initial', seq: 60});
  assert.equal(realtime.connection.value, 'live');
  assert.equal(realtime.staleSince.value, null);
});

test('is not set back by replayed messages', async () => {
  const {sockets, timers} = await live();
  sockets[0].end();
  timers.advance(500);
  sockets[1].accept();
  sockets[1].say({type: 'initial', seq: 60});
  sockets[1].say({type: 'automation_run', seq: 45});
  sockets[1].end();
  timers.advance(500);
  sockets[2].accept();
  assert.deepEqual(sockets[2].sent[1], {type: 'resume', seq: 60});
});

test('counts from where a new server counts', async () => {
  const {sockets, timers} = await live();
  sockets[0].end();
  timers.advance(500);
  sockets[1].accept();
  sockets[1].say({type: 'initial', seq: 3});
  sockets[1].end();
  timers.advance(500);
  sockets[2].accept();
  assert.deepEqual(sockets[2].sent[1], {type: 'resume', seq: 3});
});

test('waits longer after each failure, 15 s at most, and starts over after a success', async () => {
  const {sockets, timers} = await live();
  const pauses = [];
  for (let i = 0; i < 8; ++i) {
    const count = sockets.length;
    sockets[count - 1].end();
    const from = timers.now;
    while (sockets.length === count) timers.advance(100);
    pauses.push(timers.now - from);
  }
  assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  sockets.at(-1).accept();
  sockets.at(-1).say({type: 'initial', seq: 50});
  sockets.at(-1).end();
  const count = sockets.length;
  timers.advance(500);
  assert.equal(sockets.length, count + 1);
});

test('gives up a connection over which nothing comes any more', async () => {
  const {realtime, sockets, timers} = await live();
  timers.advance(10_000);
  assert.deepEqual(sockets[0].sent.at(-1), {type: 'ping'});
  timers.advance(20_000);
  assert.equal(realtime.connection.value, 'stale');
  assert.equal(sockets[0].wasClosed, true);
  timers.advance(500);
  assert.equal(sockets.length, 2);
});

test('keeps a quiet connection whose pings are answered', async () => {
  const {realtime, sockets, timers} = await live();
  for (let i = 0; i < 12; ++i) {
    timers.advance(10_000);
    sockets[0].say({type: 'pong'});
  }
  assert.equal(sockets.length, 1);
  assert.equal(realtime.connection.value, 'live');
});

test('is stale as soon as the browser has no network, and back as soon as it has', async () => {
  const {realtime, sockets, window} = await live();
  window.raise('offline');
  assert.equal(realtime.connection.value, 'stale');
  window.raise('online');
  assert.equal(sockets.length, 2);
});

test('does not wait when a phone wakes up', async () => {
  const {sockets, document} = await live();
  sockets[0].end();
  document.raise('visibilitychange');
  assert.equal(sockets.length, 2);
});

test('asks who it is when the server refuses the token', async () => {
  const world = await live();
  world.sockets[0].end(1008);
  assert.equal(world.refusals, 1);
});

test('goes on after a message that is broken', async (context) => {
  context.mock.method(console, 'error', () => undefined);
  const {realtime, sockets} = await live();
  const seen = [];
  realtime.onMessage('pong', (message) => seen.push(message));
  sockets[0].say('{');
  sockets[0].say({type: 'pong'});
  assert.equal(seen.length, 1);
});

test('closes when the person leaves', async () => {
  const {api, realtime, sockets, timers} = await live();
  api.setToken(null);
  assert.equal(sockets[0].wasClosed, true);
  assert.equal(realtime.connection.value, 'off');
  timers.advance(60_000);
  assert.equal(sockets.length, 1);
});
