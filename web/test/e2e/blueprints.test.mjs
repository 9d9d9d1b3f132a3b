import assert from 'node:assert/strict';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {openAsAdministrator, ownStyleOfTheBrowser, until, violations} from './home.mjs';

let visit;
let home;
let page;

before(async () => {
  visit = await openAsAdministrator();
  ({home, page} = visit);
  await home.report(1, {status: false, level: 30});
});

after(async () => {
  await visit?.close();
});

const button = (name, place = page) => place.getByRole('button', {name, exact: true});
const dialog = () => page.getByRole('dialog');
const shows = (locator, wanted) => until(async () => (await locator.innerText()).includes(wanted), wanted);
const row = (number) => page.locator('.input-row').nth(number);

test('somebody writes a blueprint with typed inputs', async () => {
  await page.click('nav >> text=Automatisations');
  await page.getByRole('link', {name: 'Modèles'}).click();
  await page.getByRole('link', {name: 'Nouveau modèle'}).click();
  await page.getByLabel('Nom', {exact: true}).fill('Lumière sur message');
  await page.getByLabel('À quoi il sert').fill('Allume quand un message arrive');
  await row(0).getByLabel('Question').fill('Quelle lampe ?');
  await button('Ajouter un réglage').click();
  await row(1).getByLabel('Nom dans le texte').fill('level');
  await row(1).getByLabel('Question').fill('Niveau');
  await row(1).getByLabel('Type').selectOption('number');
  await row(1).getByLabel('Valeur par défaut').fill('40');
  await row(1).getByLabel('Maximum').fill('100');
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('local lamp = device(input.lamp)\non(mqtt "go", function() lamp:set{ level = input.level } end)\n');
  await button('Enregistrer').click();
  await page.waitForURL(/\/blueprints\/\d+\/edit$/);
  await page.reload();
  assert.equal(await row(1).getByLabel('Maximum').inputValue(), '100');
  await button('Ajouter un réglage').click();
  await row(2).getByLabel('Nom dans le texte').fill('note');
  await row(2).getByLabel('Valeur par défaut').fill('bonjour');
  await button('Retirer le réglage level').click();
  await until(async () => await row(1).getByLabel('Valeur par défaut').inputValue() === 'bonjour', 'what is below one that goes as it was');
  await page.reload();
  assert.equal(await row(1).getByLabel('Maximum').inputValue(), '100');
  await shows(page.locator('header [role=status]'), 'Enregistré');
});

test('an error in the text is told with its place while somebody writes, and is not saved', async () => {
  const write = async (source) => {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(source);
  };
  const verdict = page.locator('.verdict');
  await shows(verdict, 'Rien à redire');
  await write('local lamp = device(input.lamp)\non(mqtt "go", function() end)\nlocal x = devize(input.lamp)\n');
  await shows(verdict, 'Ligne 3, colonne 11');
  await shows(verdict, 'devize');
  await button('Enregistrer').click();
  await shows(page.locator('.problem'), 'devize');
  await shows(page.locator('header [role=status]'), 'Modifications non enregistrées');
  page.once('dialog', (question) => question.accept());
  await page.reload();
  assert.ok(!(await page.locator('.cm-content').innerText()).includes('devize'));
  page.complaints = page.complaints.filter((one) => !one.includes('status of 422'));
});

test('somebody else makes an automation of it, which does what it says', async () => {
  await page.goto(`${home.url}/blueprints`);
  await button('Utiliser Lumière sur message').click();
  await dialog().getByLabel('Nom de l’automatisation').fill('Salon');
  await dialog().getByLabel('Quelle lampe ?').selectOption('salon/lumiere');
  await dialog().getByLabel('Niveau').fill('55');
  await button('Enregistrer', dialog()).click();
  await page.waitForURL(/\/automations\/\d+$/);
  await shows(page.locator('main'), 'Faite du modèle Lumière sur message');
  const lamp = await home.listen('aurion/devices/1/command');
  await until(async () => {
    await home.publish('go', '1');
    return lamp.lines().length > 0;
  }, 'the lamp');
  assert.match(lamp.lines()[0], /"level":55/);
});

test('its inputs can be changed later', async () => {
  await button('Régler').click();
  await dialog().getByLabel('Niveau').fill('60');
  await button('Enregistrer', dialog()).click();
  await until(async () => (await page.locator('.source').innerText()).includes('level = 60'), 'the new text');
});

test('a hook shows its address and its secret, and gets a new one', async () => {
  const token = await page.evaluate(() => localStorage.getItem('token'));
  const made = await (await fetch(`${home.url}/api/automations`, {method: 'POST',
    headers: {'content-type': 'application/json', authorization: `Bearer ${token}`},
    body: JSON.stringify({name: 'Sonnette', source: 'on(webhook "door", function(ev) mqtt.publish("rang", ev.body) end)'})})).json();
  await page.goto(`${home.url}/automations/${made.id}`);
  await shows(page.locator('main'), `/api/hooks/${made.id}/door`);
  await button('Montrer le secret de door').click();
  const secret = () => page.getByLabel('Secret', {exact: true}).innerText();
  const first = await until(async () => { const text = await secret(); return text.length > 20 && text; }, 'the secret');
  const call = (with_) => fetch(`${home.url}/api/hooks/${made.id}/door`, {method: 'POST', body: 'ding', headers: {'x-hook-token': with_}});
  assert.equal((await call(first)).status, 202);
  await button('Nouveau secret pour door').click();
  const second = await until(async () => { const text = await secret(); return text !== first && text; }, 'the new secret');
  assert.equal((await call(first)).status, 404);
  assert.equal((await call(second)).status, 202);
});

test('automations go to a file and come back from it', async () => {
  await page.goto(`${home.url}/automations`);
  const [saved] = await Promise.all([page.waitForEvent('download'), button('Exporter').click()]);
  const file = join(home.folder, 'automations.json');
  await saved.saveAs(file);
  const content = JSON.parse(await readFile(file, 'utf8'));
  assert.ok(content.automations.some((one) => one.name === 'Sonnette'));
  content.automations = [...content.automations.filter((one) => one.name === 'Sonnette'), {name: 'Neuve', source: 'every "1h" (function() end)', enabled: true}];
  await writeFile(file, JSON.stringify(content));
  await button('Importer').click();
  await dialog().getByLabel('Fichier').setInputFiles(file);
  await button('Importer', dialog()).click();
  await shows(dialog(), 'Neuve');
  assert.match(await dialog().innerText(), /Sonnette\s+laissée/);
  await button('OK', dialog()).click();
  await shows(page.locator('.rules'), 'Neuve');

  await writeFile(file, '{"something": "else"}');
  await button('Importer').click();
  await dialog().getByLabel('Fichier').setInputFiles(file);
  await button('Importer', dialog()).click();
  await shows(dialog().getByRole('alert'), 'n’est pas un export');
  await button('Annuler', dialog()).click();
});

test('what is not saved yet can be tried', async () => {
  await page.goto(`${home.url}/automations/new`);
  await page.getByLabel('Nom', {exact: true}).fill('Essai');
  await button('Texte').click();
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('on(mqtt "x", function() mqtt.publish("tried", "1") end)');
  await button('Déclencher à la main').click();
  await shows(page.locator('.try'), 'tried');
});

test('the pages are accessible', async () => {
  for (const address of ['/blueprints', '/blueprints/1/edit', '/automations', '/automations/new']) {
    await page.goto(home.url + address);
    await page.locator('h1').waitFor();
    assert.deepEqual(await violations(page), [], address);
  }
  assert.deepEqual(page.complaints.filter((one) => !ownStyleOfTheBrowser.test(one)), []);
});
