import assert from 'node:assert/strict';
import {test} from 'node:test';
import {load} from './browser.mjs';

const {history} = await load({modules: ['history']});
const at = (second) => new Date(second * 1000).toISOString();
const raw = (points, more = {}) => ({resolution: 'raw', unit: '', from: at(0), to: at(100), points: points.map(([second, value]) => ({at: at(second), value})), ...more});

test('the last value holds until now, when somebody still hears of it', () => {
  assert.deepEqual(history.tableOf(raw([[10, 1], [20, 2]]), 2).slice(0, 2), [[10, 20, 100], [1, 2, 2]]);
  assert.deepEqual(history.tableOf(raw([[10, 1], [20, 2]]), null).slice(0, 2), [[10, 20], [1, 2]]);
});

test('gaps are drawn as gaps, whether a point says so or the list of gaps', () => {
  assert.deepEqual(history.tableOf(raw([[10, 1], [20, null], [60, 3]]), 3).slice(0, 2), [[10, 20, 60, 100], [1, null, 3, 3]]);
  const listed = raw([[10, 1], [60, 3]], {gaps: [{from: at(20), to: at(60)}]});
  assert.deepEqual(history.tableOf(listed, 3).slice(0, 2), [[10, 20, 60, 100], [1, null, 3, 3]]);
  assert.deepEqual(history.tableOf(raw([[10, 1], [20, null]]), 5).slice(0, 2), [[10, 20], [1, null]], 'nobody knows what is now');
});

test('summaries keep their bounds, and intervals without samples are none', () => {
  const summary = {resolution: 'hour', unit: '', from: at(0), to: at(100), points: [{at: at(10), value: 3, mean: 2, min: 1, max: 3}, {at: at(20), value: null, count: 0}]};
  assert.deepEqual(history.tableOf(summary, 4), [[10, 20], [2, null], [1, null], [3, null]]);
});

test('what is no number and no time is left out', () => {
  const odd = raw([[10, 'text'], [20, true]]);
  odd.points.push({at: 'never', value: 4});
  assert.deepEqual(history.tableOf(odd, null).slice(0, 2), [[10, 20], [null, 1]]);
});

test('zoom goes around a moment and never beyond now', () => {
  assert.deepEqual(history.zoomed({from: 0, to: 1_000_000}, 0.5, 5_000_000), {from: 250_000, to: 750_000});
  assert.deepEqual(history.zoomed({from: 0, to: 1_000_000}, 0.5, 5_000_000, 0), {from: 0, to: 500_000});
  assert.deepEqual(history.zoomed({from: 0, to: 1_000_000}, 2, 1_000_000), {from: -1_000_000, to: 1_000_000});
  assert.equal(history.zoomed({from: 0, to: 70_000}, 0.01, 70_000).to - history.zoomed({from: 0, to: 70_000}, 0.01, 70_000).from, 60_000, 'no less than a minute');
  assert.deepEqual(history.shifted({from: 0, to: 100}, 0.5, 120), {from: 20, to: 120});
});
