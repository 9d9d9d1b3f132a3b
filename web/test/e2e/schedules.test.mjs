import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {openAsAdministrator, until, violations} from './home.mjs';

let visit;
let home;
let page;

before(async () => {
  // A person who looks from elsewhere sees the clocks of the house.
  visit = await openAsAdministrator({settings: ['-Dsite.timezone=America/New_York'], timezoneId: 'Asia/Kathmandu'});
  ({home, page} = visit);
});

after(async () => {
  await visit?.close();
});

const button = (name, place = page) => place.getByRole('button', {name, exact: true});
const text = async (locator) => (await locator.innerText()).replace(/[\u00a0\u202f]/g, ' ');
const shows = (locator, wanted) => until(async () => (await text(locator)).includes(wanted), wanted);
const row = (name) => page.locator('.schedule', {hasText: name});

test('a person adds a schedule and sees a week of it, in the time of the house', async () => {
  await page.click('nav >> text=Horaires');
  await button('Ajouter un horaire').first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Appareil').selectOption('3');
  await dialog.getByLabel('Intensité').fill('40');
  await dialog.getByLabel('Quand').selectOption('daily');
  await dialog.getByRole('textbox', {name: 'Heure', exact: true}).fill('06:30');
  await button('Enregistrer', dialog).click();
  await shows(row('Lumière'), 'tous les jours à 06:30');
  await shows(row('Lumière'), 'Intensité 40 %');
  await until(async () => (await page.locator('.entry').count()) >= 6, 'a run a day');
  assert.equal(await page.locator('.week > li').count(), 7);
  assert.ok((await page.locator('.entry time').allInnerTexts()).every((one) => one === '06:30'));
  await shows(page.locator('main'), 'America/New_York');
  const times = await page.locator('.entry time').first().getAttribute('datetime');
  assert.match(times, /T(10|11):30:00/, 'UTC, whatever the season');
});

test('away mode is switched on and off', async () => {
  const away = page.getByRole('switch', {name: 'Simuler une présence'});
  await away.click();
  await until(async () => (await away.getAttribute('aria-checked')) === 'true', 'away mode is on');
  await shows(page.locator('main'), 'Rien dans l’heure qui vient');
  await page.reload();
  await until(async () => (await away.getAttribute('aria-checked')) === 'true', 'it stays on');
  await away.click();
  await until(async () => (await away.getAttribute('aria-checked')) === 'false', 'away mode is off');
});

test('what cannot be is refused in words, and the form stays', async () => {
  await button('Ajouter un horaire').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Quand').selectOption('cron');
  await dialog.getByLabel('Minute, heure').fill('every noon');
  await button('Enregistrer', dialog).click();
  await shows(dialog.getByRole('alert'), 'Programmation invalide');
  assert.equal(await dialog.isVisible(), true);
  await dialog.getByLabel('Minute, heure').fill('0 12 * * 1-5');
  await button('Enregistrer', dialog).click();
  await shows(row('0 12 * * 1-5'), 'Allumer');
  page.complaints = page.complaints.filter((one) => !/status of 400/.test(one));
});

test('a schedule is edited, paused and deleted', async () => {
  await row('06:30').getByRole('button', {name: /^Modifier/}).click();
  const dialog = page.getByRole('dialog');
  assert.equal(await dialog.getByRole('textbox', {name: 'Heure', exact: true}).inputValue(), '06:30');
  assert.equal(await dialog.getByLabel('Intensité').inputValue(), '40');
  await dialog.getByLabel('Quand').selectOption('sunset');
  await dialog.getByLabel('Décalage').fill('-20');
  await button('Enregistrer', dialog).click();
  const sun = row('20 min avant le coucher du soleil');
  await sun.waitFor();
  await sun.getByRole('switch').click();
  await shows(sun, 'En pause');
  await sun.getByRole('switch').click();
  await shows(sun, 'prochain passage');
  await sun.getByRole('button', {name: /^Supprimer/}).click();
  await sun.getByRole('button', {name: /^Supprimer vraiment/}).click();
  await until(async () => (await page.locator('.schedule').count()) === 1, 'the other one alone');
});

test('a phone shows the days one below the other, accessibly in both schemes', async () => {
  await page.setViewportSize({width: 360, height: 740});
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme, reducedMotion: 'reduce'});
    await page.goto(`${home.url}/schedules`);
    await page.locator('.schedule').waitFor();
    await page.locator('.connection.is-live').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    assert.deepEqual(await violations(page), [], colorScheme);
  }
  await button('Ajouter un horaire').click();
  assert.deepEqual(await violations(page), [], 'editor');
});

test('made the browser complain about nothing', () => {
  assert.deepEqual(page.complaints, []);
});
