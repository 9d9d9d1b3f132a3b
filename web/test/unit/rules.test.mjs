import assert from 'node:assert/strict';
import {test} from 'node:test';
import {load} from './browser.mjs';
import {everyPart} from './every_part.mjs';

const {rule_writer: {writeRule}, rule_reader: {readRule}} = await load({modules: ['rule_writer', 'rule_reader']});

test('reads back what it wrote', () => {
  for (const mode of ['', 'single', 'restart']) {
    const rule = {...everyPart, mode};
    assert.deepEqual(readRule(writeRule(rule)), rule);
    assert.equal(writeRule(readRule(writeRule(rule))), writeRule(rule));
  }
  const odd = {...everyPart, triggers: [{kind: 'changes', device: 'a', attribute: 'end'}], actions: [{kind: 'set', device: 'a', attribute: '2 b', value: 'x'}]};
  assert.deepEqual(readRule(writeRule(odd)), odd);
});

test('writes Lua as a person would', () => {
  assert.equal(writeRule({name: 'Hall', triggers: [{kind: 'becomes', device: 'hall/pir', attribute: 'motion', value: true}],
    conditions: [{kind: 'sun', is: 'down'}], mode: 'restart',
    actions: [{kind: 'on', device: 'hall/light'}, {kind: 'wait', period: '2m'}, {kind: 'off', device: 'hall/light'}]}), `rule "Hall" {
  on = {
    device "hall/pir".motion:becomes(true),
  },
  when = {
    sun.down,
  },
  mode = "restart",
  run = function()
    device "hall/light":on()
    wait "2m"
    device "hall/light":off()
  end,
}
`);
});

test('reads what somebody arranged otherwise by hand', () => {
  const rule = readRule('rule("A") { on = { every("5m") }, run = function() log.info "x"; device("a"):off() end }');
  assert.deepEqual(rule, {name: 'A', triggers: [{kind: 'every', period: '5m'}], conditions: [], mode: '',
    actions: [{kind: 'log', text: 'x'}, {kind: 'off', device: 'a'}]});
});

test('leaves alone what it does not know', () => {
  for (const source of ['', 'local x = 1', 'rule "A" { on = { every "5m" }, run = function() if true then end end }',
    'rule "A" { on = { every "5m" }, run = function() -- why\n log.info "x" end }', 'rule "A" { on = {}, store = { a = 1 }, run = function() end }',
    'rule "A" { on = { every "5m" }, run = function() end }\nrule "B" { on = { every "5m" }, run = function() end }',
    'rule "A" { on = { every "5m" ', 'rule "A" { on = { device "x".y:above(1, { hysteresis = 2 }) }, run = function() end }'])
    assert.equal(readRule(source), null, source);
});
