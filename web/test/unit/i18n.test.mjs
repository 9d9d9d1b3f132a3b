import assert from 'node:assert/strict';
import {readdir, readFile} from 'node:fs/promises';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {load} from './browser.mjs';

/** Every key with the kind of its text: `steps.wait: string`, `line: function of 1`. */
function shape(texts, prefix = '') {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'object' ? shape(value, `${prefix}${key}.`)
      : [`${prefix}${key}: ${typeof value === 'function' ? `function of ${value.length}` : typeof value}`]).sort();
}

async function sources(folder) {
  const texts = [];
  for (const entry of await readdir(folder, {withFileTypes: true})) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) texts.push(...await sources(path));
    else if (/\.tsx?$/.test(entry.name) && !entry.name.startsWith('i18n')) texts.push(await readFile(path, 'utf8'));
  }
  return texts;
}

/** The catalogues: that of every page, and those that come with some pages. */
const catalogues = [
  ['i18n', String.raw`(\b[th]|texts\.value|texts\.peek\(\))`], 
  ...[['device', 'devices'], ['home', 'home'], ['time', 'times'], ['history', 'history'], ['rule', 'rules'], ['blueprint', 'blueprints']].map(([one, name]) => [`i18n_${name}`, String.raw`(\b[th]|${one}Texts\.value|${one}Texts\.peek\(\))`]),
];

test('says everything in French and in English', async () => {
  for (const [module] of catalogues) {
    const {[module]: texts} = await load({modules: [module]});
    assert.deepEqual(shape(texts.catalogue.fr), shape(texts.catalogue.en), module);
  }
});

test('has no text that nobody says', async () => {
  const code = (await sources(fileURLToPath(new URL('../../src', import.meta.url)))).join('\n');
  for (const [module, said] of catalogues) {
    const {[module]: texts} = await load({modules: [module]});
    const unused = Object.keys(texts.catalogue.fr).filter((key) => !new RegExp(`${said}\\.${key}\\b`).test(code));
    assert.deepEqual(unused, [], module);
  }
});

test('sets French signs apart as French typography wants it', async () => {
  const say = (value) => typeof value === 'function' ? value('x', 'y') : typeof value === 'object' ? Object.values(value).map(say).join('\n') : value;
  for (const [module] of catalogues) {
    const {[module]: texts} = await load({modules: [module]});
    const all = say(texts.catalogue.fr);
    assert.doesNotMatch(all, /[^\u00a0][?!;]/, module);
    assert.doesNotMatch(all, / :/, module);
  }
});

test('takes the language of the browser until a person chooses another', async () => {
  const french = await load({modules: ['i18n'], language: 'fr-CA'});
  assert.equal(french.i18n.texts.value.signIn, 'Se connecter');
  french.i18n.setLanguage('en');
  assert.equal(french.i18n.texts.value.signIn, 'Sign in');
  assert.equal(french.storage.get('language'), 'en');
  const chosen = await load({modules: ['i18n'], language: 'fr', stored: {language: 'en'}});
  assert.equal(chosen.i18n.language.value, 'en');
});

test('writes numbers and durations as people of the language do', async () => {
  const {i18n} = await load({modules: ['i18n'], language: 'fr-FR'});
  assert.equal(i18n.withUnit(21.456, '°C'), '21,5\u00a0°C');
  assert.equal(i18n.withUnit(1234.5, 'W').replace(/\s/g, ' '), '1 235 W');
  assert.equal(i18n.duration(0.42), '0,4\u00a0ms');
  assert.equal(i18n.duration(3400), '3,4\u00a0s');
  assert.equal(i18n.duration(125_000), '2\u00a0min 5\u00a0s');
  assert.equal(i18n.duration(119_600), '2\u00a0min 0\u00a0s');
  assert.equal(i18n.duration(4_200_000), '1\u00a0h 10\u00a0min');
});
