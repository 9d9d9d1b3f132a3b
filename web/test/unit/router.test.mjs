import assert from 'node:assert/strict';
import {test} from 'node:test';
import {load} from './browser.mjs';

test('reads pages and ids from addresses', async () => {
  const {router} = await load({modules: ['router']});
  assert.deepEqual(router.parse('/'), {page: 'rooms', id: null});
  assert.deepEqual(router.parse('/devices/12'), {page: 'devices', id: 12});
  assert.deepEqual(router.parse('/automations/'), {page: 'automations', id: null});
  assert.deepEqual(router.parse('/automations/new'), {page: 'automations', id: null, task: 'new'});
  assert.deepEqual(router.parse('/automations/7/edit'), {page: 'automations', id: 7, task: 'edit'});
});

test('takes nothing but a positive number for an id', async () => {
  const {router} = await load({modules: ['router']});
  for (const address of ['/devices/0', '/devices/-1', '/devices/1e3', '/devices/abc', '/devices/1/2', '/devices/new/edit', '/devices/1/edit/2', '/devices/%31'])
    assert.equal(router.parse(address).page, 'unknown', address);
});

test('goes to a page, and back with the browser', async () => {
  const world = await load({modules: ['router']});
  world.router.start();
  world.router.go('/settings');
  assert.equal(world.router.path.value, '/settings');
  assert.equal(world.location.pathname, '/settings');
  world.location.pathname = '/';
  world.window.raise('popstate');
  assert.equal(world.router.path.value, '/');
});

test('follows links of the dashboard and leaves the others to the browser', async () => {
  const world = await load({modules: ['router']});
  world.router.start();
  const click = (link, more = {}) => {
    const event = {button: 0, target: {closest: () => ({origin: 'http://home.test', target: '', hash: '', ...link})},
      prevented: false, preventDefault() { this.prevented = true; }, ...more};
    world.document.raise('click', event);
    return event.prevented;
  };
  assert.equal(click({pathname: '/settings'}), true);
  assert.equal(world.router.path.value, '/settings');
  assert.equal(click({pathname: '/automations'}, {ctrlKey: true}), false);
  assert.equal(click({pathname: '/', origin: 'https://elsewhere.test'}), false);
  assert.equal(click({pathname: '/api/openapi.json'}), false);
  assert.equal(click({pathname: '/', hash: '#content'}), false);
  assert.equal(world.router.path.value, '/settings');
});
