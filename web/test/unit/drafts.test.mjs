import assert from 'node:assert/strict';
import {test} from 'node:test';
import {load} from './browser.mjs';

const {drafts} = await load({modules: ['drafts']});

test('an error stands where the server says', () => {
  const source = 'rule "A" {\n  on = { device "\u{1f4a1}/lumire".status },\n}\n';
  assert.deepEqual(drafts.faultOf({pointer: '/source', detail: 'my file.lua:2: unknown device "lumire"', line: 2, column: 20, endColumn: 26}, source),
    {line: 2, column: 21, length: 6, message: 'unknown device "lumire"'}, 'the lamp takes two units of UTF-16');
  assert.deepEqual(drafts.faultOf({pointer: '/source', detail: 'x:1: too many steps', line: 1, column: 0, endColumn: 0}, source),
    {line: 1, column: 0, length: 0, message: 'too many steps'}, 'the whole line');
  assert.equal(drafts.faultOf({pointer: '/source', detail: 'nobody knows'}, source), null);
});

test('simulations that are no longer listed are done', () => {
  const one = (progress) => ({id: 1, state: 'running', progress});
  assert.equal(drafts.shareDone([], 2), 1);
  assert.equal(drafts.shareDone([one(0.5)], 1), 0.5);
  assert.equal(drafts.shareDone([one(0.5)], 2), 0.75);
  assert.equal(drafts.shareDone([one(0.5), one(0)], 2), 0.25);
  assert.equal(drafts.shareDone([one(0), one(0), one(0)], 1), 0, 'those of another tab');
});

test('effects of a draft stand beside those of what is saved', () => {
  const effect = (at, target) => ({at: `2026-11-21T10:00:0${at}.000Z`, kind: 'command', target, name: 'on', arguments: null, rule: 'r'});
  assert.deepEqual(drafts.compared([effect(1, 'a'), effect(2, 'b'), effect(2, 'b')], [effect(1, 'a'), effect(2, 'b'), effect(3, 'c')])
    .map((one) => `${one.effect.target} ${one.change}`), ['a same', 'b same', 'b gone', 'c new']);
  assert.deepEqual(drafts.compared([], []), []);
});
