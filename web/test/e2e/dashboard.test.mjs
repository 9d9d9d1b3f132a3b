import assert from 'node:assert/strict';
import {get} from 'node:http';
import {after, before, test} from 'node:test';
import {administrator, Home, openBrowser, openPage, signIn, until, violations} from './home.mjs';

const automations = {
  'bonne_nuit.lua': `rule "Bonne nuit" {
  on = { event "bonne_nuit" },
  run = function(ev)
    device("salon/lumiere"):off()
    log.info("good night")
  end,
}
`,
  'cassee.lua': 'rule "Cassée" {\n  on = { every "5m" },\n  run = function(\n}\n',
};

let home;
let browser;
let page;

before(async () => {
  [home, browser] = await Promise.all([
    Home.create({automations, environment: {ATRIUM_ADMIN_EMAIL: administrator.email, ATRIUM_ADMIN_PASSWORD: administrator.password}}),
    openBrowser(),
  ]);
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  await home?.close();
});

const tile = (device) => page.locator(`.tile:has(a[href="/devices/${device}"])`);
const text = async (locator) => (await locator.innerText()).replace(/[\u00a0\u202f]/g, ' ');
const shows = (locator, wanted) => until(async () => (await text(locator)).includes(wanted), wanted);
/** What Chromium logs of a server that is gone; it may log the last of them well after the next one answers. */
const serverGone = /ERR_CONNECTION|WebSocket connection|ERR_EMPTY_RESPONSE/;
/** Takes the complaints that fit and leaves the others to the last test. */
const expectComplaints = (pattern) => { page.complaints = page.complaints.filter((one) => !pattern.test(one)); };

test('loads quickly: what a first visit takes is at most 100 KiB, and pages come when they are opened', async () => {
  const load = (path) => new Promise((resolve, reject) => {
    get(home.url + path, {headers: {'accept-encoding': 'gzip'}}, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part)).on('end', () => resolve({response, body: Buffer.concat(parts)}));
    }).on('error', reject);
  });
  const fresh = await openPage(browser);
  const asked = new Set();
  fresh.on('request', (request) => { if (request.url().includes('/assets/')) asked.add(new URL(request.url()).pathname); });
  await fresh.goto(home.url);
  await fresh.locator('.door').waitFor();
  let bytes = 0;
  for (const path of asked) {
    const {response, body} = await load(path);
    assert.equal(response.headers['content-encoding'], 'gzip');
    assert.match(response.headers['cache-control'], /immutable/);
    bytes += body.length;
  }
  assert.ok(bytes > 10 * 1024 && bytes <= 100 * 1024, `${bytes} bytes`);
  const first = asked.size;
  await signIn(fresh, home);
  await fresh.click('nav >> text=Automatisations');
  await fresh.locator('.rule').first().waitFor();
  assert.ok(asked.size > first);
  await fresh.context().close();
});

test('refuses a wrong password in the words of the server, in both languages', async () => {
  await page.goto(home.url);
  await page.fill('[name=email]', administrator.email);
  await page.fill('[name=password]', 'wrong horse');
  await page.click('.primary');
  await shows(page.locator('[role=alert].problem'), 'Email ou mot de passe incorrect');
  await page.click('text=English');
  await page.getByRole('heading', {name: 'Welcome home'}).waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await page.click('.primary');
  await until(async () => /password/i.test(await page.locator('.problem').innerText().catch(() => '')), 'the English message');
  await page.click('text=Français');
  expectComplaints(/status of 401/);
});

test('signs in and shows the rooms', async () => {
  await signIn(page, home);
  await shows(page.locator('.connection'), 'En direct');
  assert.deepEqual(await page.locator('.rooms h2').allInnerTexts(), ['Bureau', 'Chambre', 'Cuisine', 'Entrée', 'Salon']);
  await shows(tile(5), 'Aucun message reçu');
});

test('shows what a device reports', async () => {
  await home.report(5, {status: true, temperature: 21.5, target_temperature: 22, power: 640});
  await shows(tile(5), '21,5 °C · 640 W');
  assert.equal(await tile(5).getByRole('switch').getAttribute('aria-checked'), 'true');
  await shows(page.locator('.overview'), '640 W');
});

test('sends a command, and says that it is assumed until the device confirms', async () => {
  await home.report(1, {status: false, level: 40, power: 0});
  await shows(tile(1), 'Arrêt');
  const commands = await home.listen('aurion/devices/1/command');
  const control = tile(1).getByRole('switch');
  await control.click();
  await until(() => commands.lines().length > 0, 'the command');
  assert.deepEqual(commands.lines(), ['aurion/devices/1/command {"status":true}']);
  await until(async () => (await control.getAttribute('aria-checked')) === 'true', 'the switch');
  assert.match(await control.getAttribute('class'), /is-assumed/);
  await home.report(1, {status: true, level: 40, power: 24});
  await until(async () => !/is-assumed/.test(await control.getAttribute('class')), 'the confirmation');
  await shows(tile(1), '40 % · 24 W');
});

test('is used with the keyboard alone', async () => {
  const commands = await home.listen('aurion/devices/2/command');
  await home.report(2, {status: false});
  await tile(2).getByRole('switch').focus();
  await page.keyboard.press('Space');
  await until(() => commands.lines().includes('aurion/devices/2/command {"status":true}'), 'the command');
  await page.keyboard.press('/');
  await page.keyboard.type('climatiseur chambre');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Climatiseur'}).waitFor();
  assert.equal(new URL(page.url()).pathname, '/devices/5');
  await until(async () => await page.title() === 'Climatiseur · Atrium', 'the title');
  await page.goBack();
  await page.getByRole('heading', {name: 'Pièces'}).waitFor();
});

test('draws the history of a device and goes on with it', async () => {
  for (const temperature of [21.8, 22.1, 22.4]) await home.report(5, {status: true, temperature, power: 640});
  await tile(5).locator('a').click();
  await page.locator('.chart canvas').waitFor({timeout: 10_000});
  const isDrawn = () => page.locator('.chart canvas').evaluate((canvas) =>
    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0));
  await until(isDrawn, 'the line');
  await page.evaluate(() => (document.querySelector('.chart canvas').dataset.first = 'yes'));
  const again = page.waitForResponse((response) => response.url().includes('/history'));
  await home.report(5, {status: true, temperature: 23.3, power: 650});
  await shows(page.locator('.headline'), '23,3 °C · 650 W');
  await again;
  assert.equal(await page.locator('.chart canvas').getAttribute('data-first'), 'yes');
  await page.getByRole('button', {name: '7 jours'}).click();
  await page.locator('.chart canvas').waitFor();
});

test('sets a target temperature', async () => {
  const commands = await home.listen('aurion/devices/5/command');
  await page.getByRole('button', {name: /Augmenter/}).click();
  await until(() => commands.lines().length > 0, 'the command');
  assert.deepEqual(commands.lines(), ['aurion/devices/5/command {"target_temperature":22.5}']);
  await shows(page.locator('.stepper output'), '22,5 °C');
});

test('says that values are old when the server is gone, and is live again without loading', async () => {
  await page.goto(home.url);
  await shows(tile(1), '40 % · 24 W');
  await page.evaluate(() => (window.sameWindow = true));
  const killedAt = Date.now();
  await home.kill();
  await page.locator('.connection.is-stale').waitFor();
  assert.ok(Date.now() - killedAt < 5000);
  await shows(page.locator('.connection'), 'Connexion perdue à');
  await shows(tile(1), '40 % · 24 W');

  // A command now fails openly and does not stay on the screen.
  await tile(1).getByRole('switch').click();
  await shows(page.locator('.notices'), 'Le serveur ne répond pas');
  assert.equal(await tile(1).getByRole('switch').getAttribute('aria-checked'), 'true');
  await page.getByRole('button', {name: 'Fermer ce message'}).click();

  await home.start();
  await page.locator('.connection.is-live').waitFor({timeout: 20_000});
  await home.report(1, {status: true, level: 55, power: 33});
  await shows(tile(1), '55 % · 33 W');
  assert.equal(await page.evaluate(() => window.sameWindow), true);
  expectComplaints(serverGone);
});

test('lists automations with what is wrong first', async () => {
  await page.click('nav >> text=Automatisations');
  await page.locator('.rule').first().waitFor();
  const rows = await page.locator('.rule').allInnerTexts();
  assert.match(rows[0], /cassee[^]*cassee\.lua:\d+[^]*En erreur/);
  assert.match(rows[1], /Bonne nuit\s+Jamais exécutée/);
});

test('marks the line of an error in the source', async () => {
  await page.click('.rule a:has-text("cassee")');
  await page.locator('.source .is-failed').waitFor();
  const line = (await page.locator('.problem').innerText()).match(/ligne (\d+)/)[1];
  assert.equal(await page.locator('.source .is-failed').getAttribute('id'), `line-${line}`);
  await page.getByRole('link', {name: 'Retour'}).click();
});

test('runs an automation and shows its steps as they happen', async () => {
  const commands = await home.listen('aurion/devices/1/command');
  await page.click('.rule a:has-text("Bonne nuit")');
  await shows(page.locator('main'), 'Aucune exécution pour l’instant');
  await page.getByRole('button', {name: 'Exécuter Bonne nuit'}).click();
  await until(() => commands.lines().includes('aurion/devices/1/command {"status":false}'), 'the command');
  await page.locator('.timeline li').nth(1).waitFor();
  await shows(page.locator('.run .pill'), 'Réussie');
  const steps = (await text(page.locator('.timeline'))).replace(/\s+/g, ' ');
  assert.match(steps, /Commande Lumière \(Salon\) → off \+[\d,]+ ms Journal good night/);
});

test('disables an automation', async () => {
  const control = page.getByRole('switch', {name: 'Bonne nuit'});
  await control.click();
  await shows(page.locator('.title .pill'), 'Désactivée');
  assert.equal(await control.getAttribute('aria-checked'), 'false');
  assert.equal(await page.getByRole('button', {name: 'Exécuter Bonne nuit'}).isDisabled(), true);
  await control.click();
  await shows(page.locator('.title .pill'), 'Active');
});

test('shows an alert as it is raised, and takes note that a person has seen it', async () => {
  await home.publish('aurion/sensors/2/data', {triggered: true, battery: 64});
  await shows(page.locator('nav a[href="/security"]'), '1');
  await page.click('nav >> text=Sécurité');
  const smoke = page.locator('.alert', {hasText: 'Fumée détectée'});
  await smoke.waitFor();
  assert.match(await text(smoke), /Fumée cuisine, Cuisine · .*Critique/s);
  assert.match(await smoke.getAttribute('class'), /is-open/);
  const sensor = page.locator('.rule', {has: page.getByRole('switch', {name: 'Fumée cuisine'})});
  await shows(sensor, 'Pile 64 %');
  await shows(sensor, 'Déclenché');
  await home.publish('aurion/sensors/1/data', {motion: true});
  await shows(page.locator('#alerts'), '2 alertes à voir');
  await home.publish('aurion/sensors/1/data', {motion: false});
  await shows(page.locator('.alert', {hasText: 'Mouvement détecté'}), 'terminée à');
  await page.getByRole('button', {name: 'Vu : Fumée détectée'}).click();
  await shows(smoke, 'Vue');
  await shows(page.locator('#alerts'), '1 alerte à voir');
  await page.reload();
  await shows(page.locator('#alerts'), '1 alerte à voir');
  await shows(smoke, 'Vue');
});

test('switches a sensor off, which then raises nothing', async () => {
  const control = page.getByRole('switch', {name: 'Fuite salle de bain'});
  await control.click();
  await until(async () => (await control.getAttribute('aria-checked')) === 'false', 'the sensor');
  await home.publish('aurion/sensors/4/data', {water: true});
  const sensor = page.locator('.rule', {has: page.getByRole('switch', {name: 'Fuite salle de bain'})});
  await shows(sensor, 'Déclenché');
  await home.publish('aurion/sensors/3/data', {fire: true});
  await page.locator('.alert', {hasText: 'Feu détecté'}).waitFor();
  assert.equal(await page.locator('.alert', {hasText: 'Fuite'}).count(), 0);
});

test('has a bar at the bottom of phones, and nothing wider than the screen', async () => {
  await page.setViewportSize({width: 360, height: 740});
  for (const path of ['/', '/devices/5', '/automations', '/security', '/settings']) {
    await page.goto(home.url + path);
    await page.locator('main h1').waitFor();
    const bar = await page.locator('.shell > nav').boundingBox();
    assert.equal(Math.round(bar.y + bar.height), 740);
    assert.equal(bar.width, 360);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, path);
  }
  const small = await page.locator('a, button, select, input').evaluateAll((all) => all.map((one) => {
    const box = one.getBoundingClientRect();
    const more = one.matches('.switch') ? 12 : 0;
    return {what: one.outerHTML.slice(0, 80), width: box.width + more, height: box.height + more};
  }).filter(({width, height}) => width > 0 && height > 1 && (width < 44 || height < 44)));
  assert.deepEqual(small, []);
  await page.setViewportSize({width: 1280, height: 800});
});

for (const colorScheme of ['light', 'dark']) {
  test(`has no serious accessibility problem (${colorScheme})`, async () => {
    await page.emulateMedia({colorScheme, reducedMotion: 'reduce'});
    for (const path of ['/', '/devices/5', '/automations', '/automations/1', '/automations/2', '/security', '/settings', '/nowhere']) {
      await page.goto(home.url + path);
      await page.locator('main h1, main .empty').first().waitFor();
      await page.locator('.connection.is-live').waitFor();
      assert.equal(await page.getAttribute('html', 'data-theme'), colorScheme);
      assert.deepEqual(await violations(page), [], path);
    }
    await page.keyboard.press('/');
    await page.locator('dialog[open]').waitFor();
    assert.deepEqual(await violations(page), [], 'search');
    const door = await openPage(browser, {colorScheme});
    await door.goto(home.url);
    await door.click('text=Créer un compte');
    assert.deepEqual(await violations(door), [], 'door');
    await door.context().close();
  });
}

test('signs out, and stays out', async () => {
  await page.goto(`${home.url}/settings`);
  await page.getByRole('button', {name: 'Se déconnecter'}).click();
  await page.locator('.door').waitFor();
  await page.reload();
  await page.locator('.door').waitFor();
});

test('signs up the first person of a new server', async () => {
  const fresh = await Home.create();
  const first = await openPage(browser, {locale: 'en-GB'});
  try {
    await first.goto(fresh.url);
    await first.click('text=Create an account');
    await first.fill('[name=name]', 'Grace Hopper');
    await first.fill('[name=email]', 'grace@example.org');
    await first.fill('[name=password]', 'compiler');
    await first.click('.primary');
    await first.locator('.tile').first().waitFor();
    await first.locator('.connection.is-live').waitFor();
    await first.click('nav >> text=Settings');
    await first.getByText('Grace Hopper').waitFor();
    assert.deepEqual(first.complaints, []);
  } finally {
    await first.context().close();
    await fresh.close();
  }
});

test('made the browser complain about nothing', () => {
  expectComplaints(serverGone);
  assert.deepEqual(page.complaints, []);
});
