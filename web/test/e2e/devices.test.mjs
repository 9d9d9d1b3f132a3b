import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {administrator, Home, openBrowser, openPage, signIn, until, violations} from './home.mjs';
import {discoveryTopic, everything, states, topicOf} from './house_of_things.mjs';

let home;
let browser;
let page;
let id;

before(async () => {
  [home, browser] = await Promise.all([
    Home.create({environment: {ATRIUM_ADMIN_EMAIL: administrator.email, ATRIUM_ADMIN_PASSWORD: administrator.password}}),
    openBrowser(),
  ]);
  page = await openPage(browser);
  await signIn(page, home);
  await home.publish(discoveryTopic, everything);
  const tile = page.locator('.tile', {hasText: everything.device.name});
  await tile.waitFor();
  id = Number((await tile.locator('a').getAttribute('href')).split('/').pop());
  await home.publish(topicOf('availability'), 'online');
  for (const [name, payload] of Object.entries(states)) await home.publish(topicOf(name), payload);
  await page.goto(`${home.url}/devices/${id}`);
  await control('Lampe', 'brightness_pct').waitFor();
});

after(async () => {
  await browser?.close();
  await home?.close();
});

const part = (name) => page.getByRole('group', {name, exact: true});
const control = (name, role) => part(name).locator(`[data-control="${role}"]`);
const text = async (locator) => (await locator.innerText()).replace(/[\u00a0\u202f]/g, ' ');
const shows = (locator, wanted) => until(async () => (await text(locator)).includes(wanted), wanted);
/** What is published while `act` runs. */
async function published(name, act, wanted = 1) {
  const listener = await home.listen(topicOf(name));
  await act();
  await until(() => listener.lines().length >= wanted, `${name}: ${listener.lines()}`);
  return listener.lines().map((line) => line.slice(line.indexOf(' ') + 1));
}

test('a lamp has what it says that it can do, and nothing else in the first place', async () => {
  await shows(control('Lampe', 'brightness_pct').locator('output'), '50 %');
  await shows(control('Lampe', 'color_temp').locator('output'), '2 700 K');
  assert.deepEqual(await control('Lampe', 'effect').locator('option').allInnerTexts(), ['–', 'Blink', 'Breathe']);
  const [order] = await published('lamp/set', () => control('Lampe', 'brightness_pct').getByRole('slider').fill('80'));
  assert.deepEqual(JSON.parse(order), {state: 'ON', brightness: 203});
  const [colour] = await published('lamp/set', () => control('Lampe', 'colour').getByRole('button', {name: '#ff0000'}).click());
  assert.deepEqual(JSON.parse(colour), {state: 'ON', color: {x: 0.6401, y: 0.33}});
});

test('an order waits for the device, which confirms it or says something else', async () => {
  const level = control('Lampe', 'brightness_pct');
  await published('lamp/set', () => level.getByRole('slider').fill('20'));
  await shows(level, 'En attente de confirmation');
  await home.publish(topicOf('lamp'), JSON.stringify({state: 'ON', brightness: 51, color_temp: 370}));
  await shows(level, 'Confirmé');
  await published('lamp/set', () => level.getByRole('slider').fill('90'));
  await shows(level, 'En attente de confirmation, l’appareil indiquait 20');
  await home.publish(topicOf('lamp'), JSON.stringify({state: 'ON', brightness: 51, color_temp: 370}));
  await shows(level, 'Non confirmé : l’appareil indique 20');
});

test('a cover opens, stops, closes and goes to a position', async () => {
  await shows(control('Volet', 'state').locator('output'), 'Ouvert');
  for (const [name, payload] of [['Ouvrir', 'OPEN'], ['Arrêter', 'STOP'], ['Fermer', 'CLOSE']])
    assert.deepEqual(await published('cover/set', () => control('Volet', 'state').getByRole('button', {name}).click()), [payload]);
  assert.deepEqual(await published('cover/position/set', () => control('Volet', 'position').getByRole('slider').fill('25')), ['25']);
});

test('a thermostat takes a mode, and several presses as one target', async () => {
  const heating = part('Chauffage').first();
  await shows(heating, '20,5 °C');
  await shows(heating, 'Chauffe');
  assert.deepEqual(await published('climate/mode/set', () => control('Chauffage', 'mode').getByRole('combobox').selectOption('auto')), ['auto']);
  const orders = await published('climate/target/set', async () => {
    for (let i = 0; i < 3; ++i) await page.getByRole('button', {name: 'Augmenter : Consigne', exact: true}).click();
  });
  assert.deepEqual(orders.map(Number), [22]);
});

test('fan, siren, number, select, button, text, vacuum, valve and humidifier have their controls', async () => {
  const cases = [
    ['fan/speed/set', () => control('Ventilateur', 'percentage').getByRole('slider').fill('70'), '70'],
    ['fan/preset/set', () => control('Ventilateur', 'preset_mode').getByRole('combobox').selectOption('sleep'), 'sleep'],
    ['fan/set', () => part('Ventilateur').getByRole('switch').click(), 'OFF'],
    ['number/set', () => page.getByRole('slider', {name: 'Sensibilité'}).fill('7'), '7'],
    ['select/set', () => page.getByRole('combobox', {name: 'Profil'}).selectOption('comfort'), 'comfort'],
    ['button/set', () => part('Carillon').getByRole('button').click(), 'PRESS'],
    ['vacuum/set', () => part('Aspirateur').getByRole('button', {name: 'Démarrer'}).click(), 'start'],
    ['vacuum/speed/set', () => control('Aspirateur', 'fan_speed').getByRole('combobox').selectOption('high'), 'high'],
    ['valve/set', () => part('Vanne').getByRole('button', {name: 'Ouvrir'}).click(), 'OPEN'],
    ['humidifier/target/set', () => control('Humidificateur', 'target_humidity').getByRole('slider').fill('55'), '55'],
    ['text/set', async () => { await page.getByRole('textbox', {name: 'Affichage'}).fill('Salut'); await page.keyboard.press('Enter'); }, 'Salut'],
  ];
  for (const [name, act, payload] of cases) assert.deepEqual(await published(name, act), [payload], name);
  const [tone] = await published('siren/set', () => control('Sirène', 'tone').getByRole('combobox').selectOption('fire'));
  assert.deepEqual(JSON.parse(tone), {state: 'ON', tone: 'fire'});
});

test('a lock is unlocked by two presses only, and says what it is', async () => {
  await shows(control('Serrure', 'state').locator('output'), 'Verrouillé');
  const listener = await home.listen(topicOf('lock/set'));
  await part('Serrure').getByRole('button', {name: 'Déverrouiller'}).click();
  await part('Serrure').getByRole('button', {name: 'Confirmer : Déverrouiller'}).waitFor();
  assert.deepEqual(listener.lines(), []);
  await part('Serrure').getByRole('button', {name: 'Confirmer : Déverrouiller'}).click();
  await until(() => listener.lines().length === 1, 'the order');
  assert.match(listener.lines()[0], /UNLOCK$/);
});

test('values stand together by what they measure, and diagnostics are folded away', async () => {
  await shows(part('Air et lumière'), '21,5 °C');
  await shows(part('Présence et ouvertures'), 'Ouverte');
  await shows(part('Énergie'), '84 W');
  assert.equal(await page.getByText('Qualité du lien').isVisible(), false);
  await page.locator('summary', {hasText: 'Diagnostic'}).click();
  await page.getByText('Qualité du lien').waitFor();
  await page.locator('summary', {hasText: 'Réglages de l’appareil'}).click();
  await shows(part('Micrologiciel'), '1.5.0');
});

test('an order that is refused shows what the server says', async () => {
  await part('Serrure').locator('summary').or(part('Vanne').locator('summary')).first().click();
  const more = part('Vanne').locator('details');
  await more.getByRole('slider').first().fill('40');
  await shows(page.locator('.notices'), 'Cet appareil ne connaît pas la commande');
  await page.locator('.notices button').click();
  page.complaints = page.complaints.filter((one) => !/status of 422/.test(one));
});

test('a device that is away says why', async () => {
  await home.publish(topicOf('availability'), 'offline');
  await shows(page.locator('.headline'), 'Indisponible depuis');
  await shows(page.locator('.headline'), 'Hors ligne');
  await home.publish(topicOf('availability'), 'online');
  await until(async () => !(await text(page.locator('.headline'))).includes('Indisponible'), 'the device');
});

test('a phone shows it all without being wider, and accessibly in both schemes', async () => {
  await page.setViewportSize({width: 360, height: 740});
  await until(() => page.evaluate(() => document.documentElement.scrollWidth === 360), 'the narrow page');
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme, reducedMotion: 'reduce'});
    assert.deepEqual(await violations(page), [], colorScheme);
  }
  await page.setViewportSize({width: 1280, height: 800});
});

test('made the browser complain about nothing', () => {
  assert.deepEqual(page.complaints, []);
});

test('a player shows what it plays and takes a volume, a source and what its buttons say', async () => {
  await shows(part('Chaîne'), 'So What');
  await shows(part('Chaîne'), 'En pause');
  assert.deepEqual(await published('player/set', () => part('Chaîne').getByRole('button', {name: 'Lecture'}).click()), ['Play']);
  assert.deepEqual(await published('player/volume/set', () => control('Chaîne', 'volume').getByRole('slider').fill('0.6')), ['0.6']);
  assert.deepEqual(await published('player/source/set', () => control('Chaîne', 'source').getByRole('combobox').selectOption('Vinyle')), ['Vinyle']);
});

test('a camera shows its last picture to those who may see it', async () => {
  const camera = page.getByRole('region', {name: 'Perron'});
  await shows(camera, 'Pas encore d’image.');
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  await home.publish(topicOf('camera'), pixel);
  const shown = camera.getByRole('img', {name: 'Dernière image de Perron'});
  await until(async () => (await shown.count()) === 1 && (await shown.evaluate((one) => one.naturalWidth)) === 1, 'the picture');
  const answer = await fetch(`${home.url}/api/devices/${id}/picture`, {headers: {Authorization: 'Bearer nonsense'}});
  assert.equal(answer.status, 401);
});
