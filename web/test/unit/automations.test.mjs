import assert from 'node:assert/strict';
import {test} from 'node:test';
import {load} from './browser.mjs';

const one = {id: 7, name: 'eclairage', file: '/var/lib/atrium/automations/eclairage.lua', enabled: true, state: 'active', error: null,
  rules: [{name: 'Lumière sur mouvement', line: 5, triggers: ['attribute']}],
  last_run: {id: '9', rule: 'Lumière sur mouvement', state: 'finished', started_at: '2026-05-01T10:00:00.000Z', duration_ms: 12.5,
    steps: [{step: 1, kind: 'command', what: {device: 1, name: 'on'}, done: true, ok: true, at: '2026-05-01T10:00:00.001Z'}],
    step_count: 1},
  not_run: [{rule: 'Lumière sur mouvement', trigger: 'attribute', reason: 'eclairage.lua:7', at: '2026-05-01T09:00:00.000Z',
    read: [{device: 4, attribute: 'illuminance', value: 300}]}]};

test('understands what the server tells of an automation', async () => {
  const {automations} = await load({modules: ['automations']});
  const read = automations.toAutomation(one);
  assert.equal(automations.titleOf(read), 'Lumière sur mouvement');
  assert.equal(read.file, 'eclairage.lua');
  assert.equal(read.lastRun.milliseconds, 12.5);
  assert.equal(read.lastRun.steps[0].what.name, 'on');
  assert.equal(automations.isTroubled(read), false);
});

test('is not disturbed by what is missing', async () => {
  const {automations} = await load({modules: ['automations']});
  const read = automations.toAutomation({id: 1, name: 'x', last_run: null});
  assert.equal(automations.titleOf(read), 'x');
  assert.deepEqual([read.rules, read.lastRun, read.error], [[], null, '']);
});

test('puts what is broken first', async () => {
  const world = await load({modules: ['automations', 'api'], stored: {token: 'T'}});
  const done = world.automations.refresh();
  await world.answer(200, {automations: [
    {...one, id: 1}, {...one, id: 2, last_run: {...one.last_run, state: 'failed'}}, {...one, id: 3, state: 'failed', error: 'x.lua:3: oops', line: 3}]});
  await done;
  assert.deepEqual(world.automations.automations.value.map((each) => each.id), [3, 2, 1]);
});

test('reads anew once after a burst of messages', async () => {
  const world = await load({modules: ['automations', 'realtime', 'api'], stored: {token: 'T'}});
  world.automations.start();
  world.realtime.start(() => undefined);
  world.sockets[0].accept();
  for (let seq = 1; seq < 20; ++seq) world.sockets[0].say({type: 'automation_run', seq});
  assert.equal(world.automations.revision.value, 0);
  world.timers.advance(1000);
  assert.equal(world.automations.revision.value, 1);
});
