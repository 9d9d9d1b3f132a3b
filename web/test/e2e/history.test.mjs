import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {after, before, test} from 'node:test';
import {openAsAdministrator, until, violations} from './home.mjs';

let visit;
let home;
let page;

before(async () => {
  visit = await openAsAdministrator();
  ({home, page} = visit);
  for (const temperature of [20, 21, 22, 23]) await home.report(5, {status: true, temperature, power: temperature * 10, target_temperature: 22});
  await home.report(6, {status: true, level: 35});
  await page.goto(`${home.url}/devices/5`);
  await page.locator('.chart canvas').waitFor();
});

after(async () => {
  await visit?.close();
});

const button = (name) => page.getByRole('button', {name, exact: true});
const text = async (locator) => (await locator.innerText()).replace(/[\u00a0\u202f]/g, ' ');
const shows = (locator, wanted) => until(async () => (await text(locator)).includes(wanted), wanted);
/** The period of the next history that is asked for. */
async function asked(act) {
  const [request] = await Promise.all([page.waitForRequest((one) => one.url().includes('/history?')), act()]);
  const query = new URL(request.url()).searchParams;
  return Date.parse(query.get('to')) - Date.parse(query.get('from'));
}
const day = 86_400_000;

test('statistics stand beside the chart', async () => {
  const figures = page.getByRole('group', {name: 'Statistiques · Température'});
  await shows(figures, '20 °C');
  await shows(figures, '23 °C');
});

test('buttons, a drag and the wheel zoom, and the chart reads what it shows', async () => {
  assert.equal(await asked(() => button('Agrandir').click()), day / 2);
  assert.equal(await asked(() => button('Réduire').click()), day);
  await asked(() => button('Plus tôt').click());
  assert.equal(await page.getByRole('button', {name: '24 h'}).getAttribute('aria-pressed'), 'false');
  await asked(() => button('Maintenant').click());
  const box = await page.locator('.chart .u-over').boundingBox();
  const part = await asked(async () => {
    await page.mouse.move(box.x + box.width * 0.25, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 60, {steps: 5});
    await page.mouse.up();
  });
  assert.ok(part < day, `${part}`);
  await asked(() => button('Maintenant').click());
  await page.locator('.chart .u-over').hover();
  await page.keyboard.down('Control');
  assert.ok(await asked(() => page.mouse.wheel(0, -100)) < day);
  await page.keyboard.up('Control');
  await button('Maintenant').click();
});

test('several values are compared, also of other devices in the room', async () => {
  const compare = page.getByRole('combobox', {name: 'Comparer avec…'});
  await compare.selectOption({label: 'Puissance'});
  await compare.selectOption({label: 'Lumière · Intensité'});
  await page.getByRole('group', {name: 'Statistiques · Puissance'}).waitFor();
  await page.getByRole('group', {name: 'Statistiques · Lumière · Intensité'}).waitFor();
  await until(async () => (await page.locator('.u-legend .u-series').count()) === 4, 'the time and three lines');
  await page.getByRole('button', {name: 'Ne plus comparer Puissance'}).click();
  await until(async () => (await page.locator('.u-legend .u-series').count()) === 3, 'two lines');
});

test('a value is exported as it is shown', async () => {
  const [file] = await Promise.all([page.waitForEvent('download'), button('Exporter Température (CSV)').click()]);
  assert.equal(file.suggestedFilename(), 'Température.csv');
  const table = await readFile(await file.path(), 'utf8');
  assert.match(table, /^at,value\r\n/);
  assert.match(table, /,23(\.0)?\r\n/);
});

test('a state is told by how long it lasted', async () => {
  await page.getByRole('combobox', {name: 'Mesure'}).selectOption('status');
  await shows(page.getByRole('group', {name: 'Statistiques · État'}), '1 fois');
});

test('a phone shows it without being wider, accessibly in both schemes', async () => {
  await page.setViewportSize({width: 360, height: 740});
  await until(() => page.evaluate(() => document.documentElement.scrollWidth === 360), 'the narrow page');
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme, reducedMotion: 'reduce'});
    assert.deepEqual(await violations(page), [], colorScheme);
  }
});

test('made the browser complain about nothing', () => {
  assert.deepEqual(page.complaints, []);
});
