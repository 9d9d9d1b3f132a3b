// Accounts in a real browser: a second factor from its setting-up to the next sign-in, sessions, tokens, people, a guest.

import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {after, before, test} from 'node:test';
import {administrator, Home, openBrowser, openPage, signIn, violations} from './home.mjs';

let home, browser, page;

/** RFC 6238 with another program than the server's. */
function totp(secret, time = Date.now()) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = digest[19] & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

before(async () => {
  home = await Home.create({environment: {ATRIUM_ADMIN_EMAIL: administrator.email, ATRIUM_ADMIN_PASSWORD: administrator.password}});
  browser = await openBrowser();
  page = await openPage(browser, {locale: 'en-GB'});
  await signIn(page, home);
});

after(async () => {
  await browser?.close();
  await home?.close();
});

let secret, codes;

test('sets a second factor up', async () => {
  await page.goto(`${home.url}/account`);
  const section = page.getByRole('region', {name: 'Second factor'});
  await section.getByLabel('Current password').fill(administrator.password);
  await section.getByRole('button', {name: 'Add an app'}).click();
  await section.getByAltText('QR code to scan').waitFor();
  assert.deepEqual(await violations(page), []);
  secret = await section.locator('code').first().textContent();
  await section.getByLabel('Verification code').fill(totp(secret));
  await section.getByRole('button', {name: 'Verify'}).click();
  await section.getByText('Recovery codes').waitFor();
  codes = await section.locator('.codes code').allTextContents();
  assert.equal(codes.length, 10);
});

test('asks for the code at the next sign-in and lets in with it', async () => {
  const other = await openPage(browser, {locale: 'fr-FR'});
  await other.goto(home.url);
  await other.fill('[name=email]', administrator.email);
  await other.fill('[name=password]', administrator.password);
  await other.click('.primary');
  await other.getByLabel('Code de vérification').fill('000000');
  await other.getByRole('button', {name: 'Vérifier'}).click();
  await other.locator('.problem').waitFor();
  assert.deepEqual(await violations(other), []);
  await other.getByLabel('Code de vérification').fill(codes[0]);
  await other.getByRole('button', {name: 'Vérifier'}).click();
  await other.locator('.tile').first().waitFor();
  await other.context().close();
});

test('lists sessions and ends all others', async () => {
  await page.goto(`${home.url}/account`);
  const section = page.getByRole('region', {name: 'Sessions'});
  await section.getByText('This device').waitFor();
  assert.ok(await section.getByRole('button', {name: /End the session/}).count() >= 1);
  await section.getByRole('button', {name: 'End all others'}).click();
  await page.waitForFunction(() => document.querySelectorAll('[aria-labelledby=sessions] > div').length === 1);
});

test('makes a token, shows it once, and deletes it', async () => {
  const section = page.getByRole('region', {name: 'API tokens'});
  await section.getByLabel('Name').fill('Grafana');
  await section.getByRole('button', {name: 'Create'}).click();
  const token = await section.locator('[role=status] code').textContent();
  const answer = await fetch(`${home.url}/api/devices`, {headers: {Authorization: `Bearer ${token}`}});
  assert.equal(answer.status, 200);
  await section.getByRole('button', {name: 'Delete Grafana'}).click();
  await section.getByText('Grafana').waitFor({state: 'detached'});
  assert.equal((await fetch(`${home.url}/api/devices`, {headers: {Authorization: `Bearer ${token}`}})).status, 401);
});

test('lets a guest in to one device by a link', async () => {
  await page.goto(`${home.url}/people`);
  const section = page.getByRole('region', {name: 'Guest link'});
  await section.getByLabel('Name').fill('Babysitter');
  await section.getByRole('button', {name: 'Create'}).click();
  const url = await section.locator('[role=status] code').textContent();
  assert.deepEqual(await violations(page), []);
  const guest = await openPage(browser, {locale: 'en-GB'});
  await guest.goto(url);
  await guest.locator('.tile').first().waitFor();
  assert.equal(await guest.locator('.tile').count(), 1);
  await guest.context().close();
});

test('shows who did what', async () => {
  await page.goto(`${home.url}/people`);
  await page.getByRole('region', {name: 'Audit log'}).getByText('createGuest').first().waitFor();
});
