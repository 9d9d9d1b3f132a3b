import assert from 'node:assert/strict';
import {test} from 'node:test';
import {load} from './browser.mjs';

const smoke = {id: 2, type: 'smoke', severity: 'critical', title: 'Fumée détectée', message: 'Fumée détectée', sensor: 'Cuisine',
  sensorId: 2, deviceId: null, location: 'Cuisine', timestamp: '2026-05-01T10:00:00.000Z', count: 1, acknowledged: false,
  acknowledgedAt: null, clearedAt: null};
const motion = {...smoke, id: 1, type: 'motion', severity: 'warning', timestamp: '2026-05-01T09:00:00.000Z', acknowledged: true};
const sensor = {id: 2, name: 'Cuisine', type: 'smoke', location: 'Cuisine', status: 'active', triggered: false, battery: 80, lastTrigger: null};

async function home() {
  const world = await load({modules: ['security', 'realtime', 'api'], stored: {token: 'T'}});
  world.security.start();
  world.realtime.start(() => undefined);
  const [socket] = world.sockets;
  socket.accept();
  socket.say({type: 'initial', seq: 1});
  return {...world, socket};
}

/** With the lists that the server has answered. */
async function readHome() {
  const world = await home();
  await world.answer(200, [smoke, motion]);
  await world.answer(200, [sensor]);
  return world;
}

test('reads alerts and sensors when it is connected, and counts what nobody knows of', async () => {
  const {security, requests} = await readHome();
  assert.deepEqual(requests.map((one) => one.address), ['/api/security/alerts?limit=100', '/api/security/sensors']);
  assert.deepEqual(security.alerts.value.map((one) => one.id), [2, 1]);
  assert.equal(security.unknownAlerts.value.length, 1);
  assert.equal(security.sensors.value[0].battery, 80);
});

test('shows what comes while the lists are on their way', async () => {
  const world = await home();
  world.socket.say({type: 'alert', seq: 2, change: 'raised', alert: {...smoke, id: 3, timestamp: '2026-05-01T11:00:00.000Z'}});
  world.socket.say({type: 'sensor_update', seq: 3, sensor: {...sensor, triggered: true}});
  await world.answer(200, [smoke, motion]);
  await world.answer(200, [sensor]);
  assert.deepEqual(world.security.alerts.value.map((one) => one.id), [3, 2, 1]);
  assert.equal(world.security.sensors.value[0].triggered, true);
});

test('takes new alerts, changed ones and new sensors as they come', async () => {
  const {security, socket} = await readHome();
  socket.say({type: 'alert', seq: 2, change: 'cleared', alert: {...smoke, clearedAt: '2026-05-01T10:05:00.000Z'}});
  assert.equal(security.alerts.value.length, 2);
  assert.equal(security.isOpen(security.alerts.value[0]), false);
  socket.say({type: 'alert', seq: 3, change: 'raised', alert: {...motion, id: 4, acknowledged: false, timestamp: '2026-05-01T12:00:00.000Z'}});
  assert.deepEqual(security.alerts.value.map((one) => one.id), [4, 2, 1]);
  socket.say({type: 'sensor_update', seq: 4, sensor: {...sensor, id: 5}});
  assert.equal(security.sensors.value.length, 2);
});

test('acknowledges at once, and takes it back when the server refuses', async () => {
  const world = await readHome();
  const refused = assert.rejects(world.security.acknowledge(2), {message: 'Interdit', status: 403});
  assert.equal(world.security.unknownAlerts.value.length, 0);
  await world.answer(403, {message: 'Interdit'});
  await refused;
  assert.equal(world.security.unknownAlerts.value.length, 1);
  const done = world.security.acknowledge(2);
  await world.answer(200, {...smoke, acknowledged: true, acknowledgedAt: '2026-05-01T10:06:00.000Z'});
  await done;
  assert.equal(world.security.alerts.value[0].acknowledgedAt, '2026-05-01T10:06:00.000Z');
});

test('forgets everything when the person leaves', async () => {
  const {api, security} = await readHome();
  api.setToken(null);
  assert.equal(security.alerts.value, null);
  assert.deepEqual(security.unknownAlerts.value, []);
});
