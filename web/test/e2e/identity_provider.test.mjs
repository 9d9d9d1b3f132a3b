// Signing in at an identity provider in a real browser: the button, the way there and back, and a refusal.

import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {freePort} from '../../../tests/support/free_port.js';
import {administrator, Home, openBrowser, openPage, until, violations} from './home.mjs';

let home, browser, folder;

before(async () => {
  const port = await freePort();
  folder = await mkdtemp(join(tmpdir(), 'atrium-oidc-'));
  home = await Home.create({
    environment: {ATRIUM_ADMIN_EMAIL: administrator.email, ATRIUM_ADMIN_PASSWORD: administrator.password},
    settings: (known) => [
      `-Dplugins.auth.oidcIssuer=http://localhost:${port}`, '-Dplugins.auth.oidcClientId=atrium',
      '-Dplugins.auth.oidcClientSecret=s3cret &+:%', `-Dplugins.auth.oidcRedirectUri=${known.url}/oidc`,
      '-Dplugins.auth.oidcName=Campus',
    ],
  });
  await writeFile(join(folder, 'redirect'), `${home.url}/oidc\n`);
  await writeFile(join(folder, 'person'), '"sub":"42","email":"grace@example.org","email_verified":true,"name":"Grace Hopper"\n');
  await writeFile(join(folder, 'mode'), '\n');
  home.spawn(process.env.ATRIUM_OIDC_PROVIDER, [`${port}`, folder]);
  await until(() => fetch(`http://localhost:${port}/keys`).then((answer) => answer.ok, () => false), 'the identity provider');
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await home?.close();
  await rm(folder, {recursive: true, force: true});
});

test('signs in at the provider and comes back without a trace in the address', async () => {
  const page = await openPage(browser, {locale: 'en-GB'});
  await page.goto(home.url);
  const button = page.getByRole('button', {name: 'Sign in with Campus'});
  await button.waitFor();
  assert.deepEqual(await violations(page), []);
  await button.click();
  await page.locator('.tile').first().waitFor();
  assert.equal(new URL(page.url()).search, '');
  assert.equal(new URL(page.url()).pathname, '/');
  await page.context().close();
});

test('says it when the provider lets nobody in', async () => {
  await writeFile(join(folder, 'mode'), 'wrong-nonce\n');
  const page = await openPage(browser, {locale: 'en-GB'});
  await page.goto(home.url);
  await page.getByRole('button', {name: 'Sign in with Campus'}).click();
  await page.getByRole('alert').getByText('The identity provider\'s answer was refused').waitFor();
  await page.goto(`${home.url}/oidc?error=access_denied&state=x`);
  await page.getByRole('alert').getByText('The identity provider refused to sign in').waitFor();
  await page.context().close();
});

test('takes nothing that another browser brought', async () => {
  const page = await openPage(browser, {locale: 'en-GB'});
  await page.goto(`${home.url}/oidc?code=code-1&state=${'x'.repeat(43)}`);
  await page.getByRole('alert').getByText('This sign-in did not begin here').waitFor();
  assert.equal(await page.evaluate(() => localStorage.getItem('token')), null);
  await page.context().close();
});
