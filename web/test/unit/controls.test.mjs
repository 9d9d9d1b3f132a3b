import assert from 'node:assert/strict';
import {test} from 'node:test';
import {load} from './browser.mjs';

const {controls} = await load({modules: ['controls']});

/** An entity with its device: `values` by role, of which the attributes are named. */
function thing({component, commands, capabilities = {}, values = {}, specs = {}}) {
  const attributes = {}, names = {};
  for (const [role, value] of Object.entries(values)) {
    names[role] = role;
    attributes[role] = {value, kind: typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'number' : 'text'};
  }
  const entity = {id: 'e', component, commands, capabilities, attributeNames: names, category: 'primary', enabled: true};
  return controls.controlsOf(entity, {attributes}, specs);
}
const likely = (list) => list.filter((one) => one.isLikely).map((one) => `${one.role} ${one.form.kind}`);

test('a lamp that only knows white has no colour in the first place', () => {
  const commands = ['turn_on', 'turn_off', 'set_brightness', 'set_color_temp', 'set_xy', 'set_hs', 'set_rgb', 'set_effect'];
  const white = thing({component: 'light', commands, capabilities: {supported_color_modes: ['color_temp']},
    values: {state: true, brightness_pct: 40, color_temp: null, xy: null, hs: null, rgb: null, effect: null}});
  assert.deepEqual(likely(white), ['state switch', 'brightness_pct range', 'color_temp range']);
  assert.ok(white.some((one) => one.role === 'colour' && !one.isLikely), 'folded away, not hidden');
  const coloured = thing({component: 'light', commands, capabilities: {supported_color_modes: ['xy']},
    values: {state: true, brightness_pct: 40, color_temp: null, xy: [0.3, 0.3], hs: null, rgb: null, effect: null}});
  const colour = coloured.find((one) => one.role === 'colour');
  assert.equal(colour.form.space, 'xy');
  assert.deepEqual(colour.form.order([0.7, 0.2]), {command: 'set_xy', arguments: {xy: [0.7, 0.2]}});
});

test('ranges and words come from what the device says, also as texts', () => {
  const list = thing({component: 'climate', commands: ['turn_on', 'turn_off', 'set_mode', 'set_temperature'],
    capabilities: {modes: ['off', 'heat'], min_temp: '7', max_temp: 28, temp_step: '0.5'},
    values: {state: 'heat', target_temperature: 20}});
  assert.deepEqual(likely(list), ['mode choice', 'target_temperature stepper'], 'switched by its mode');
  const {min, max, step} = list[1].form;
  assert.deepEqual([min, max, step], [7, 28, 0.5]);
});

test('a number is a slider, steps or a field, as its range is', () => {
  const number = (capabilities, spec = {}, unit = '') => thing({component: 'number', commands: ['set_value'], capabilities,
    values: {state: 4}, specs: {state: {kind: 'number', ...spec}}})[0].form.kind + unit;
  assert.equal(number({min: 0, max: 10}), 'range');
  assert.equal(number({min: 0, max: 100000}), 'number');
  assert.equal(number({min: 0, max: 100000, mode: 'slider'}), 'range');
  assert.equal(number({min: 0, max: 10, mode: 'box'}), 'number');
  assert.equal(number({}), 'number');
});

test('a command that nobody knows is not hidden', () => {
  const list = thing({component: 'raw', commands: ['make_coffee']});
  assert.deepEqual(list.map((one) => [one.form.kind, one.form.command]), [['raw', 'make_coffee']]);
});

test('what should stay closed is asked for again', () => {
  const [lock] = thing({component: 'lock', commands: ['lock', 'unlock', 'open'], values: {state: 'locked'}, capabilities: {code_format: '^\\d{4}$'}});
  assert.deepEqual(lock.form.buttons.map((one) => [one.command, one.isGrave]), [['open', true], ['lock', false], ['unlock', true]]);
  assert.equal(lock.form.wantsCode, true);
  assert.deepEqual(lock.form.buttons[1].order('1234'), {command: 'lock', arguments: {code: '1234'}});
});

test('attributes of the device itself have controls by their kind', () => {
  const list = controls.ownControls({attributes: {
    status: {value: true, kind: 'boolean', writable: true}, level: {value: 30, kind: 'number', unit: '%', writable: true},
    target_temperature: {value: 20, kind: 'number', unit: '°C', writable: true}, mode: {value: 'eco', kind: 'text', writable: true},
    color: {value: '#ff0000', kind: 'text', writable: true}, power: {value: 4, kind: 'number', unit: 'W'},
  }}, {mode: {options: ['eco', 'boost']}});
  assert.deepEqual(list.map((one) => `${one.attribute} ${one.form.kind}`),
    ['level range', 'target_temperature stepper', 'mode choice', 'color colour']);
  assert.deepEqual(list[3].form.order([0, 128, 255]), {command: 'set', arguments: {color: '#0080ff'}});
});

test('colours keep what they are through every space', () => {
  for (const hex of ['#ff0000', '#00c000', '#0030ff', '#ff8000', '#a000ff'])
    for (const space of ['rgb', 'hs']) assert.equal(controls.hexOf(space, controls.inSpace(space, hex)).slice(0, 3), (space === 'hs'
      ? controls.hexOf('hs', controls.inSpace('hs', hex)) : hex).slice(0, 3));
  assert.equal(controls.hexOf('hs', [120, 100]), '#00ff00');
  assert.deepEqual(controls.inSpace('hs', '#0000ff'), [240, 100]);
  assert.equal(controls.hexOf('xy', controls.inSpace('xy', '#ff0000')), '#ff0000');
  assert.equal(controls.hexOf('xy', null), null);
});

test('values stand with their like', () => {
  assert.equal(controls.familyOf('temperature', 'x'), 'air');
  assert.equal(controls.familyOf('', 'power_2'), 'energy');
  assert.equal(controls.familyOf('smoke', 'status'), 'safety');
  assert.equal(controls.familyOf('', 'door_front'), 'presence');
  assert.equal(controls.familyOf('', 'something'), 'other');
});
