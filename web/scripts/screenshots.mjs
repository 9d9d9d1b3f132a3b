// Makes the pictures of the README: the demo home with the simulator, lights on. `node scripts/screenshots.mjs` after a build;
// ATRIUMD and ATRIUM_SIMULATOR name other programs than those of build/dev.

import {mkdir, readFile, stat} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {administrator, Home, openBrowser, openPage, signIn} from '../test/e2e/home.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
process.env.ATRIUMD ??= `${root}build/dev/bin/atriumd`;
const simulator = process.env.ATRIUM_SIMULATOR ?? `${root}build/dev/bin/atrium-simulator`;
const images = `${root}docs/images`;
const largest = 200 * 1024;

const automations = {};
for (const name of ['eclairage_entree.lua', 'confort_chambre.lua', 'alerte_puissance.lua'])
  automations[name] = await readFile(`${root}scripts/automations/${name}`, 'utf8');
const home = await Home.create({
  automations,
  environment: {ATRIUM_ADMIN_EMAIL: administrator.email, ATRIUM_ADMIN_PASSWORD: administrator.password},
});
const browser = await openBrowser();
try {
  home.spawn(simulator, ['127.0.0.1', `${home.mqttPort}`]);
  await mkdir(images, {recursive: true});
  const take = async (page, name) => {
    const path = `${images}/${name}.png`;
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.activeElement?.blur());
    await page.screenshot({path});
    const {size} = await stat(path);
    if (size > largest) throw new Error(`${path}: ${size} bytes`);
    console.log(`${path}: ${Math.round(size / 1024)} KiB`);
  };

  const desktop = await openPage(browser, {locale: 'en-GB', viewport: {width: 1280, height: 800}});
  await signIn(desktop, home);
  await sleep(2500); // every device reports once
  for (const device of [1, 3, 5, 10]) await desktop.locator(`.tile:has(a[href="/devices/${device}"]) .switch`).click();
  await sleep(2500); // and confirms
  await take(desktop, 'dashboard');

  await desktop.goto(`${home.url}/automations`);
  await desktop.getByRole('button', {name: 'Run Lumière sur mouvement'}).click();
  await desktop.click('.rule a:has-text("Lumière sur mouvement")');
  await desktop.locator('.run, .skips').first().waitFor();
  await sleep(500);
  await take(desktop, 'dashboard-automation');

  const phone = await openPage(browser, {
    locale: 'en-GB', viewport: {width: 390, height: 780}, deviceScaleFactor: 2, colorScheme: 'dark', hasTouch: true,
  });
  await signIn(phone, home);
  await phone.locator('.connection.is-live').waitFor();
  await sleep(500);
  await take(phone, 'dashboard-phone-dark');
} finally {
  await browser.close();
  await home.close();
}
