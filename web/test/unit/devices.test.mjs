import assert from 'node:assert/strict';
import {test} from 'node:test';
import {load} from './browser.mjs';

const lamp = {id: 1, name: 'Lampe', room: 'Salon', status: false, assumed: false, online: true,
  attributes: {status: {value: false, kind: 'boolean'}, level: {value: 40, kind: 'number', unit: '%', writable: true}}};
const heater = {...lamp, id: 2, name: 'Radiateur', room: 'Chambre'};

async function home() {
  const world = await load({modules: ['devices', 'realtime', 'api'], stored: {token: 'T'}});
  world.devices.start();
  world.realtime.start(() => undefined);
  const [socket] = world.sockets;
  socket.accept();
  socket.say({type: 'initial', seq: 100, devices: [lamp, heater]});
  return {...world, socket, lamp: () => world.devices.device(1).value};
}

test('groups devices by room, in order of the names', async () => {
  const {devices} = await home();
  assert.deepEqual(devices.rooms.value.map((room) => [room.name, room.devices.map((one) => one.value.id)]),
    [['Chambre', [2]], ['Salon', [1]]]);
});

test('shows what devices report, and moves one that changes its room', async () => {
  const {devices, socket, lamp: now} = await home();
  socket.say({type: 'device_update', seq: 101, device: {...lamp, status: true}});
  assert.equal(now().status, true);
  socket.say({type: 'device_update', seq: 102, device: {...lamp, room: 'Chambre'}});
  assert.deepEqual(devices.rooms.value.map((room) => room.name), ['Chambre']);
  socket.say({type: 'device_removed', seq: 103, id: 2});
  assert.equal(devices.device(2), undefined);
  assert.equal(devices.all.value.length, 1);
});

test('does not go back to values from before the list that it took', async () => {
  const {socket, lamp: now} = await home();
  socket.say({type: 'device_update', seq: 99, device: {...lamp, status: true}});
  assert.equal(now().status, false);
});

test('shows a command at once as assumed, until the device reports', async () => {
  const world = await home();
  const done = world.devices.toggle(1);
  assert.equal(world.requests[0].address, '/api/devices/1/toggle');
  assert.equal(world.requests[0].headers.Authorization, 'Bearer T');
  assert.deepEqual([world.lamp().status, world.lamp().assumed], [true, true]);
  await world.answer(200, {...lamp, status: true, assumed: true});
  await done;
  assert.deepEqual([world.lamp().status, world.lamp().assumed], [true, true]);
  world.socket.say({type: 'device_update', seq: 101, device: {...lamp, status: true}});
  assert.deepEqual([world.lamp().status, world.lamp().assumed], [true, false]);
});

test('takes a refused command back and says why', async () => {
  const world = await home();
  const done = world.devices.toggle(1);
  const refused = assert.rejects(done, {message: 'Le courtier ne répond pas', status: 503});
  await world.answer(503, {message: 'Le courtier ne répond pas'});
  await refused;
  assert.deepEqual([world.lamp().status, world.lamp().assumed], [false, false]);
});

test('takes a command back when the server cannot be reached', async () => {
  const world = await home();
  const refused = assert.rejects(world.devices.order(1, '', {command: 'set', arguments: {level: 80}}, {level: 80}), {status: 0, message: 'The server does not answer'});
  assert.equal(world.lamp().attributes.level.value, 80);
  assert.deepEqual(JSON.parse(world.requests[0].body), {command: 'set', arguments: {level: 80}});
  await world.failRequest();
  await refused;
  assert.equal(world.lamp().attributes.level.value, 40);
});

test('keeps what the device said while the command was on its way', async () => {
  const world = await home();
  const refused = assert.rejects(world.devices.toggle(1));
  world.socket.say({type: 'device_update', seq: 101, device: {...lamp, status: true, power: 12}});
  await world.answer(503, {message: 'late'});
  await refused;
  assert.deepEqual([world.lamp().status, world.lamp().power], [true, 12]);
});

test('forgets everything when the person leaves', async () => {
  const {api, devices, storage} = await home();
  api.setToken(null);
  assert.equal(devices.loaded.value, false);
  assert.deepEqual(devices.all.value, []);
  assert.equal(storage.has('token'), false);
});

test('reads all devices anew when the server cannot replay', async () => {
  const world = await home();
  world.socket.say({type: 'resync', seq: 500});
  assert.equal(world.requests[0].address, '/api/devices');
  await world.answer(200, [{...lamp, status: true}]);
  assert.equal(world.lamp().status, true);
  assert.equal(world.devices.device(2), undefined);
});
