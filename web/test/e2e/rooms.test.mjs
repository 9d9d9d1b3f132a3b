import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {openAsAdministrator, until, violations} from './home.mjs';
import {discoveryTopic, everything, states, topicOf} from './house_of_things.mjs';

let visit;
let home;
let page;

before(async () => {
  visit = await openAsAdministrator();
  ({home, page} = visit);
});

after(async () => {
  await visit?.close();
});

const text = async (locator) => (await locator.innerText()).replace(/[\u00a0\u202f]/g, ' ');
const shows = (locator, wanted) => until(async () => (await text(locator)).includes(wanted), wanted);
const rooms = () => page.locator('.rooms h2').allInnerTexts();
const button = (name, place = page) => place.getByRole('button', {name, exact: true});

test('a device that announces itself waits in the inbox, and is accepted with a name and a room', async () => {
  await home.publish(discoveryTopic, everything);
  for (const [name, payload] of [['availability', 'online'], ['lamp', states.lamp]]) await home.publish(topicOf(name), payload);
  await page.getByRole('link', {name: '1 nouvel appareil'}).click();
  const row = page.locator('.new-device');
  await shows(row, 'Atelier A tout');
  assert.equal(await row.getByLabel('Pièce').inputValue(), 'Atelier', 'as the device suggests');
  await row.getByLabel('Nom').fill('Établi');
  await row.getByLabel('Pièce').fill('Garage');
  await button('Accepter Appareil à tout faire').click();
  await shows(page.locator('.empty'), 'Aucun nouvel appareil');
  await page.goto(home.url);
  await until(async () => (await rooms()).includes('Garage'), 'the room');
  await shows(page.locator('.rooms'), 'Établi');
  assert.equal(await page.getByRole('link', {name: /nouvel appareil/}).count(), 0);
});

test('an ignored device is in no room until it is taken back', async () => {
  const second = structuredClone(everything);
  second.device = {identifiers: ['second'], name: 'Intrus', suggested_area: 'Cave'};
  second.components = {meter: {...everything.components.meter, unique_id: 'second'}};
  await home.publish('homeassistant/device/second/config', second);
  await until(async () => (await rooms()).includes('Cave'), 'the room');
  await page.getByRole('link', {name: '1 nouvel appareil'}).click();
  await button('Ignorer Intrus').click();
  await page.goto(home.url);
  await page.locator('.tile').first().waitFor();
  await until(async () => !(await rooms()).includes('Cave'), 'it to be hidden');
  await page.goto(`${home.url}/inbox`);
  await page.locator('summary', {hasText: 'Ignorés'}).click();
  await button('Ne plus ignorer Intrus').click();
  await page.locator('.new-device').waitFor();
  await button('Accepter Intrus').click();
  await page.locator('.empty').waitFor();
});

test('a person renames a device and moves it to another room', async () => {
  await page.goto(`${home.url}/devices/9`);
  await button('Nom et pièce').click();
  const dialog = page.getByRole('dialog', {name: 'Nom et pièce'});
  await dialog.getByLabel('Nom').fill('Grand ventilateur');
  await dialog.getByLabel('Pièce').fill('Véranda');
  await button('Enregistrer', dialog).click();
  await page.getByRole('heading', {name: 'Grand ventilateur'}).waitFor();
  await page.goto(home.url);
  await until(async () => (await rooms()).includes('Véranda'), 'the room');
});

test('a selection is switched, moved, and becomes a group and a scene', async () => {
  for (const device of [1, 3, 6]) await home.report(device, {status: false, level: 30});
  const listeners = await Promise.all([1, 3, 6].map((one) => home.listen(`aurion/devices/${one}/command`)));
  const pick = async () => {
    await page.getByRole('toolbar').waitFor({state: 'detached'});
    await button('Sélectionner').click();
    const lamps = page.getByRole('checkbox', {name: 'Sélectionner Lumière', exact: true});
    await until(async () => (await lamps.count()) === 3, 'the check boxes');
    for (const one of await lamps.all()) await one.check();
    await shows(page.getByRole('toolbar'), '3 appareils sélectionnés');
  };
  await page.goto(home.url);
  await page.locator('.tile').first().waitFor();
  await pick();
  await button('Allumer', page.getByRole('toolbar')).click();
  await until(() => listeners.every((one) => one.lines().length === 1), 'three commands');
  for (const device of [1, 3, 6]) await home.report(device, {status: true, level: 30});

  await pick();
  await button('Créer un groupe', page.getByRole('toolbar')).click();
  await page.getByRole('dialog').getByLabel('Nom').fill('Toutes les lumières');
  await button('Enregistrer').click();
  await pick();
  await button('Créer une scène', page.getByRole('toolbar')).click();
  await page.getByRole('dialog').getByLabel('Nom').fill('Lecture');
  await button('Enregistrer').click();
  await pick();
  await button('Changer de pièce', page.getByRole('toolbar')).click();
  await page.getByRole('dialog').getByLabel('Pièce').fill('Étage');
  await button('Enregistrer').click();
  await until(async () => (await rooms()).includes('Étage'), 'the room');
});

test('groups and scenes are applied, edited and deleted', async () => {
  await page.goto(`${home.url}/groups`);
  const group = page.locator('.group');
  await shows(group, '3 en marche sur 3');
  const lamp = await home.listen('aurion/devices/1/command');
  await button('Tout éteindre : Toutes les lumières').click();
  await until(() => lamp.lines().length === 1, 'the group');
  await home.report(1, {status: false, level: 30});
  await shows(group, '0 en marche sur 3');
  await button('Activer Lecture').click();
  await until(() => lamp.lines().length === 2, 'the scene');
  assert.match(lamp.lines()[1], /"status":true/);

  await button('Modifier Toutes les lumières').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Nom').fill('Lumières');
  await dialog.getByRole('checkbox', {name: 'Lampe', exact: true}).check();
  await button('Enregistrer').click();
  await shows(group, 'Lampe');
  for (const name of ['Lumières', 'Lecture']) {
    await button(`Supprimer ${name}`).click();
    await button(`Supprimer vraiment ? ${name}`.replace(' ?', '\u00a0?')).click();
  }
  await page.getByText('Aucun groupe pour l’instant').waitFor();
  await page.getByText('Aucune scène pour l’instant').waitFor();
});

test('a room is switched off as a whole', async () => {
  const television = await home.listen('aurion/devices/+/command');
  await page.goto(home.url);
  await page.locator('.tile').first().waitFor();
  await home.report(10, {status: true});
  await home.report(7, {status: true});
  await button('Tout éteindre : Cuisine').click();
  await until(() => television.lines().length > 0, 'the commands');
  assert.ok(television.lines().every((line) => /devices\/(7|8)\/command/.test(line)), `${television.lines()}`);
});

test('a phone shows these pages without being wider, accessibly', async () => {
  await page.setViewportSize({width: 360, height: 740});
  await home.publish('homeassistant/device/third/config', {...everything, device: {identifiers: ['third'], name: 'Encore un'},
    components: {meter: {...everything.components.meter, unique_id: 'third'}}});
  for (const path of ['/', '/groups', '/inbox'])
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({colorScheme, reducedMotion: 'reduce'});
      await page.goto(home.url + path);
      await page.locator('.connection.is-live').waitFor();
      await page.locator(path === '/inbox' ? '.new-device' : 'main h1').first().waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, path);
      assert.deepEqual(await violations(page), [], `${path} ${colorScheme}`);
    }
  await page.goto(home.url);
  await button('Sélectionner').click();
  await page.getByRole('toolbar').waitFor();
  assert.deepEqual(await violations(page), [], 'selection');
});

test('made the browser complain about nothing', () => {
  assert.deepEqual(page.complaints, []);
});
