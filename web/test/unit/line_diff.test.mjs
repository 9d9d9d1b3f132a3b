import assert from 'node:assert/strict';
import {test} from 'node:test';
import {load} from './browser.mjs';

const {line_diff: {lineDiff}} = await load({modules: ['line_diff']});
const signs = {same: ' ', gone: '-', new: '+'};
const shown = (before, after) => lineDiff(before, after).map((one) => signs[one.change] + one.text).join('|');

test('says which lines came and went, and keeps the others', () => {
  assert.equal(shown('a\nb\nc\n', 'a\nx\nc\n'), ' a|-b|+x| c');
  assert.equal(shown('a\nb\nc\nd\n', 'b\nd\ne\n'), '-a| b|-c| d|+e');
  assert.equal(shown('a\n', 'a\n'), ' a');
  assert.equal(shown('a\na\na\n', 'a\na\n'), ' a| a|-a');
});

test('each side is whole, whatever the texts are', () => {
  const random = (seed) => Array.from({length: 40}, (_, index) => String.fromCharCode(97 + (Math.imul(seed + index, 2654435761) >>> 29))).join('\n');
  for (let seed = 0; seed < 30; ++seed) {
    const [before, after] = [random(seed), random(seed * 7 + 3)];
    const lines = lineDiff(before, after);
    assert.equal(lines.filter((one) => one.change !== 'new').map((one) => one.text).join('\n'), before);
    assert.equal(lines.filter((one) => one.change !== 'gone').map((one) => one.text).join('\n'), after);
  }
});
