import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {load} from '../unit/browser.mjs';
import {everyPart} from '../unit/every_part.mjs';
import {openAsAdministrator, ownStyleOfTheBrowser, until, violations} from './home.mjs';

let visit;
let home;
let page;

before(async () => {
  visit = await openAsAdministrator();
  ({home, page} = visit);
  await home.report(1, {status: false, level: 30});
  await home.report(4, {motion: false, illuminance: 10});
});

after(async () => {
  await visit?.close();
});

const button = (name, place = page) => place.getByRole('button', {name, exact: true});
const text = async (locator) => (await locator.innerText()).replace(/[\u00a0\u202f]/g, ' ');
const shows = (locator, wanted) => until(async () => (await text(locator)).includes(wanted), wanted);
const place = (name) => page.locator(`[data-place="${name}"]`);
const content = () => page.locator('.cm-content');
const expectStatus = (status) => { page.complaints = page.complaints.filter((one) => !one.includes(`status of ${status}`)); };

/** Replaces what stands in the editor. */
async function write(source) {
  await content().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(source);
}

test('a rule that does not run says why, with the number that is missing', async () => {
  await home.report(4, {motion: false, illuminance: 10});
  const headers = {Authorization: `Bearer ${await page.evaluate(() => localStorage.getItem('token'))}`, 'Content-Type': 'application/json'};
  const source = `rule "Plein jour" { on = { device "entree/mouvement".illuminance:above(500) }, when = { house.mode:is "away" }, run = function() end }`;
  const answer = await (await fetch(`${home.url}/api/automations`, {method: 'POST', headers, body: JSON.stringify({name: 'jour', source})})).json();
  await page.goto(`${home.url}/automations/${answer.id}`);
  const why = page.getByRole('region', {name: 'Pourquoi elle ne s’est pas exécutée'});
  await shows(why, 'entree/mouvement.illuminance:above(500');
  await shows(why, 'vaut 10 et doit dépasser 500');
  await shows(why.getByRole('list', {name: 'Conditions en ce moment'}), 'fausse');
  await home.report(4, {illuminance: 480});
  await until(async () => {
    await button('Demander à nouveau', why).click();
    return (await text(why)).includes('vaut 480');
  }, 'the new value');
  await home.report(4, {illuminance: 10});
  await until(async () => {
    await button('Demander à nouveau', why).click();
    return (await text(why)).includes('au plus près : 480');
  }, 'what came nearest');
  await fetch(`${home.url}/api/automations/${answer.id}`, {method: 'DELETE', headers});
  await page.goto(home.url);
});

test('somebody who writes no code builds a rule step by step, which does what it says', async () => {
  await page.click('nav >> text=Automatisations');
  await page.getByRole('link', {name: 'Nouvelle automatisation'}).click();
  await shows(page.locator('.verdict'), 'Donnez-lui un nom');
  await page.getByLabel('Nom', {exact: true}).fill('Couloir');
  await button('Ajouter un déclencheur').click();
  await place('trigger').getByLabel('Appareil').selectOption({label: 'Mouvement'});
  await place('trigger').getByLabel('Valeur observée').selectOption({label: 'Mouvement'});
  await button('Ajouter une condition').click();
  await place('condition').getByLabel('Sorte').selectOption('less');
  await place('condition').getByLabel('Appareil').selectOption({label: 'Mouvement'});
  await place('condition').getByLabel('Valeur observée').selectOption({label: 'Luminosité'});
  await place('condition').getByLabel('Valeur (lx)').fill('40');
  await button('Ajouter une action').click();
  await place('action').locator('li').nth(0).getByLabel('Appareil').selectOption('salon/lumiere');
  await button('Ajouter une action').click();
  await place('action').locator('li').nth(1).getByLabel('Sorte').selectOption('wait');
  await place('action').locator('li').nth(1).getByLabel('Durée').fill('1s');
  await page.locator('.verdict.is-fine').waitFor();
  assert.equal((await page.locator('.source code').innerText()).replace(/^\d+\s*/gm, '').trim().split('\n')[0], 'rule "Couloir" {');
  await button('Enregistrer').click();
  await page.waitForURL(/\/automations\/\d+\/edit$/);
  await shows(page.locator('header [role=status]'), 'Enregistré');

  const lamp = await home.listen('aurion/devices/1/command');
  await until(async () => {
    await home.report(4, {motion: false, illuminance: 10});
    await home.report(4, {motion: true, illuminance: 10});
    return lamp.lines().length > 0;
  }, 'the lamp');
  assert.match(lamp.lines()[0], /"status":true/);
  await home.report(1, {status: true, level: 30});
});

test('what was built is read back, also from the text', async () => {
  await page.reload();
  await place('trigger').getByLabel('Valeur observée').waitFor();
  assert.equal(await place('condition').getByLabel('Valeur (lx)').inputValue(), '40');
  await button('Texte').click();
  await content().waitFor();
  const source = (await content().innerText()).replace('< 40', '< 55');
  await write(source.replace(/\n\n/g, '\n'));
  await button('Pas à pas').click();
  await until(async () => (await place('condition').getByLabel('Valeur (lx)').inputValue()) === '55', 'the number from the text');
});

test('an automation is renamed, and its rule keeps what it remembers', async () => {
  await page.getByLabel('Nom', {exact: true}).fill('Couloir de nuit');
  await button('Enregistrer').click();
  await shows(page.locator('h1'), 'Couloir de nuit');
  await shows(page.locator('header.title'), 'Enregistré');
  await page.reload();
  assert.equal(await page.getByLabel('Nom', {exact: true}).inputValue(), 'Couloir de nuit');
  await shows(page.locator('.source'), 'rule "Couloir"');
});

test('all that the builder can write is what the server takes', async () => {
  const {rule_writer: {writeRule}} = await load({modules: ['rule_writer']});
  const token = await page.evaluate(() => localStorage.getItem('token'));
  for (const mode of ['', 'single', 'restart']) {
    const answer = await fetch(`${home.url}/api/automations/validate`, {method: 'POST',
      headers: {'content-type': 'application/json', authorization: `Bearer ${token}`},
      body: JSON.stringify({name: 'all', source: writeRule({...everyPart, mode})})});
    const body = await answer.json();
    assert.equal(answer.status, 200, body.message);
    assert.deepEqual(body.rules, [everyPart.name]);
  }
});

test('the editor shows an error where it is, and completes devices, values and words', async () => {
  await page.goto(`${home.url}/automations/new`);
  await page.getByLabel('Nom', {exact: true}).fill('texte');
  await button('Texte').click();
  await content().waitFor();
  await write('rule "A" {\n  on = { device "salon/lumire".status:becomes(true) },\n  run = function(ev) end,\n}\n');
  await shows(page.locator('.verdict'), 'Ligne 2, colonne 18');
  await shows(page.locator('.verdict'), 'did you mean "salon/lumiere"?');
  await until(async () => (await page.locator('.cm-lintRange-error').innerText()) === 'salon/lumire', 'the mark');
  expectStatus(422);

  await write('device "sal');
  await page.keyboard.press('Control+Space');
  await shows(page.locator('.cm-tooltip-autocomplete'), 'salon/lumiere');
  await write('local l = device "salon/lumiere"\non(l.le');
  await page.keyboard.press('Control+Space');
  await shows(page.locator('.cm-tooltip-autocomplete'), 'level');
  await write('rule "A" { on = { device "salon/lumiere".status:bec');
  await page.keyboard.press('Control+Space');
  await shows(page.locator('.cm-tooltip-autocomplete'), 'becomes');
  await page.keyboard.press('Escape');
  await until(async () => /is-bad/.test(await page.locator('.verdict').getAttribute('class')), 'the verdict');
  expectStatus(422);
});

test('a text is saved by its key, tried, and compared with what is saved', async () => {
  const source = (level) => `rule "Texte" {
  on = { device "salon/lumiere".status:becomes(true) },
  run = function(ev)
    device "bureau/lampe":on{ level = ${level} }
  end,
}
test "the desk follows" (function(t)
  t:set("salon/lumiere.status", false); t:set("salon/lumiere.status", true)
  t:expect("bureau/lampe"):got("on", { level = 30 })
end)
`;
  await write(source(30));
  await page.locator('.verdict.is-fine').waitFor();
  await content().press('Control+s');
  await page.waitForURL(/\/automations\/\d+\/edit$/);
  const panel = page.getByRole('region', {name: 'Essayer'});
  await button('Exécuter les tests du texte', panel).click();
  await shows(panel, '1 sur 1 réussis');
  await home.report(1, {status: false, level: 30});
  await home.report(1, {status: true, level: 30});
  await content().waitFor();
  await write(source(80));
  await button('Exécuter les tests du texte', panel).click();
  await shows(panel, '0 sur 1 réussis');
  await until(async () => {
    await button('Rejouer l’historique', panel).click();
    return until(async () => (await text(panel)).includes('en moins'), 'the difference', 2000).catch(() => false);
  }, 'the recorded history');
  await shows(panel, 'en plus');
  await button('Déclencher à la main', panel).click();
  await shows(panel, '1 effet');
  await button('Enregistrer').click();
  await shows(page.locator('header [role=status]'), 'Enregistré');
});

test('an older version is compared and taken back', async () => {
  await page.locator('summary', {hasText: 'Versions'}).click();
  await page.getByRole('button', {name: 'Différences avec la version 1'}).click();
  await shows(page.locator('.versions .is-gone'), 'level = 30');
  await shows(page.locator('.versions .is-new'), 'level = 80');
  await page.getByRole('button', {name: 'Reprendre la version 1'}).click();
  await shows(content(), 'level = 30 }');
  await button('Enregistrer').click();
  await page.getByRole('button', {name: 'Différences avec la version 3'}).waitFor();
});

test('a long simulation shows how far it has come, and is stopped', async () => {
  await write('every "1s"(function() for i = 1, 1e6 do end end)\n');
  await page.locator('.verdict.is-fine').waitFor();
  const panel = page.getByRole('region', {name: 'Essayer'});
  await panel.getByLabel('Comparer avec la version enregistrée').uncheck();
  await button('Rejouer l’historique', panel).click();
  await until(async () => Number(await panel.getByRole('progressbar').getAttribute('value')) > 0, 'some progress');
  const token = await page.evaluate(() => localStorage.getItem('token'));
  const simulations = async () => (await (await fetch(`${home.url}/api/automations/simulations`, {headers: {authorization: `Bearer ${token}`}})).json()).simulations;
  assert.equal((await simulations()).length, 1);
  await button('Arrêter la simulation', panel).click();
  await panel.getByRole('progressbar').waitFor({state: 'detached'});
  await until(async () => (await simulations()).length === 0, 'the end of the simulation in the server');
  assert.equal(await panel.getByRole('alert').count(), 0);
});

test('what comes next stands in a week', async () => {
  await page.goto(`${home.url}/automations/new`);
  await page.getByLabel('Nom', {exact: true}).fill('Matin');
  await button('Ajouter un déclencheur').click();
  await place('trigger').getByLabel('Sorte').selectOption('at');
  await place('trigger').getByLabel('Heure', {exact: true}).fill('06:45');
  await button('Ajouter une action').click();
  await page.locator('.verdict.is-fine').waitFor();
  await button('Enregistrer').click();
  await page.waitForURL(/\/automations\/\d+\/edit$/);
  await page.click('nav >> text=Automatisations');
  await page.locator('.upcoming summary').click();
  await until(async () => (await page.locator('.entry').count()) >= 6, 'a run a day');
  await page.locator('.entry').first().click();
  await page.getByRole('heading', {name: 'Matin'}).waitFor();
  await page.getByRole('button', {name: 'Supprimer Matin'}).click();
  await page.getByRole('button', {name: /Supprimer vraiment/}).click();
  await page.getByRole('heading', {name: 'Automatisations'}).waitFor();
});

test('fast typing is kept to the last letter', async () => {
  await page.goto(`${home.url}/automations/new`);
  await button('Texte').click();
  await content().click();
  await page.keyboard.press('Control+A');
  const words = 'local a = 12 local b = 34 local c = 56 ';
  await page.keyboard.type(words.repeat(3));
  assert.equal((await content().innerText()).replaceAll('\u00a0', ' ').trim(), words.repeat(3).trim());
  await button('Pas à pas').click();
  await shows(page.locator('.editor'), 'Ce texte dit plus que ce que le pas à pas connaît');
});

test('made the browser complain about nothing', () => {
  page.complaints = page.complaints.filter((one) => !ownStyleOfTheBrowser.test(one));
  assert.deepEqual(page.complaints, []);
});

test('a phone shows both ways of writing, accessibly in both schemes', async () => {
  await page.setViewportSize({width: 360, height: 740});
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme, reducedMotion: 'reduce'});
    await page.goto(`${home.url}/automations/1/edit`);
    await place('trigger').waitFor();
    await page.locator('.connection.is-live').waitFor();
    await page.locator('.verdict.is-fine').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, 'guided');
    assert.deepEqual(await violations(page), [], `guided ${colorScheme}`);
    await button('Texte').click();
    await content().waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, 'text');
    assert.deepEqual(await violations(page), [], `text ${colorScheme}`);
  }
});
