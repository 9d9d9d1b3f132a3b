import assert from 'node:assert/strict';
import {test} from 'node:test';
import {load} from './browser.mjs';

const {drafts} = await load({modules: ['drafts']});

test('an error stands where it speaks of', () => {
  const source = 'rule "A" {\n  on = { device "salon/lumire".status },\n}\n';
  assert.deepEqual(drafts.faultOf('Erreur dans le script\u00a0: x:2: unknown device "salon/lumire" (did you mean "salon/lumiere"?)', source),
    {line: 2, column: 18, length: 12, message: 'unknown device "salon/lumire" (did you mean "salon/lumiere"?)'});
  assert.deepEqual(drafts.faultOf("my file.lua:3: <name> or '...' expected near '}'", source),
    {line: 3, column: 1, length: 1, message: "<name> or '...' expected near '}'"});
  assert.equal(drafts.faultOf('x:1: too many steps', source).column, 0, 'the whole line');
  assert.equal(drafts.faultOf('nobody knows', source), null);
});

test('effects of a draft stand beside those of what is saved', () => {
  const effect = (at, target) => ({at: `2026-11-21T10:00:0${at}.000Z`, kind: 'command', target, name: 'on', arguments: null, rule: 'r'});
  assert.deepEqual(drafts.compared([effect(1, 'a'), effect(2, 'b'), effect(2, 'b')], [effect(1, 'a'), effect(2, 'b'), effect(3, 'c')])
    .map((one) => `${one.effect.target} ${one.change}`), ['a same', 'b same', 'b gone', 'c new']);
  assert.deepEqual(drafts.compared([], []), []);
});
