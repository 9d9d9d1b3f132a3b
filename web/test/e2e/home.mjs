// A real server with the demo home, a browser, and devices that are mosquitto's command line clients.

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {chromium} from 'playwright-core';
import {freePort} from '../../../tests/support/free_port.js';

export const administrator = {email: 'ada@example.org', password: 'correct horse'};

/** Waits until `look` gives something true; what it gave. */
export async function until(look, what, milliseconds = 10_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await sleep(25);
  }
}

export class Home {
  children = new Set();

  /** `settings` go to the server as they are; a function gets the home, whose `url` is known. */
  static async create({environment = {}, automations = {}, settings = []} = {}) {
    const home = new Home();
    home.folder = await mkdtemp(join(tmpdir(), 'atrium-e2e-'));
    home.environment = environment;
    home.port = await freePort();
    home.mqttPort = await freePort();
    home.url = `http://127.0.0.1:${home.port}`;
    home.settings = typeof settings === 'function' ? settings(home) : settings;
    await mkdir(join(home.folder, 'automations'));
    for (const [name, text] of Object.entries(automations)) await writeFile(join(home.folder, 'automations', name), text);
    await home.start();
    return home;
  }

  spawn(program, args, options = {}) {
    const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe'], ...options});
    this.children.add(child);
    child.once('exit', () => this.children.delete(child));
    child.output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (child.output += bytes));
    return child;
  }

  async start() {
    this.server = this.spawn(process.env.ATRIUMD, [
      `-Ddata.dir=${this.folder}`, `-Dhttp.port=${this.port}`, '-Dhttp.bind=127.0.0.1', `-Dmqtt.port=${this.mqttPort}`,
      '-Dmqtt.websocket.port=0', '-Dplugins.devices.demo=true', '-Dplugins.security.demo=true',
      '-Dlimits.enabled=false', ...this.settings,
    ], {env: {...process.env, ...this.environment}});
    await until(async () => {
      if (this.server.exitCode !== null) throw new Error(`the server ended:\n${this.server.output}`);
      return this.server.output.includes('ready') && this.server.output.includes('connected to the broker');
    }, 'the server', 20_000);
  }

  async kill() {
    const ended = once(this.server, 'exit');
    this.server.kill('SIGKILL');
    await ended;
  }

  /** A device says something of itself. */
  report(device, state) {
    return this.publish(`aurion/devices/${device}/status`, state);
  }

  /** A text goes as it is, all else as JSON. */
  async publish(topic, payload, {retain = false} = {}) {
    const child = this.spawn('mosquitto_pub', ['-h', '127.0.0.1', '-p', `${this.mqttPort}`, '-q', '1', ...(retain ? ['-r'] : []),
      '-t', topic, '-m', typeof payload === 'string' ? payload : JSON.stringify(payload)]);
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`mosquitto_pub: ${child.output}`);
  }

  /** Listens for commands; `lines` has what came, as `topic payload`. */
  async listen(topic) {
    const child = this.spawn('stdbuf', ['-oL', 'mosquitto_sub', '-h', '127.0.0.1', '-p', `${this.mqttPort}`, '-q', '1', '-v', '-d', '-t', topic]);
    await until(() => child.output.includes('Subscribed'), 'the subscription');
    const from = child.output.length;
    return {lines: () => child.output.slice(from).split('\n').filter((line) => line && !line.startsWith('Client '))};
  }

  async close() {
    for (const child of [...this.children]) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 8000);
      await ended;
      clearTimeout(timer);
    }
    await rm(this.folder, {recursive: true, force: true});
  }
}

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/** A page whose complaints are kept in `page.complaints`. */
export async function openPage(browser, options) {
  const context = await browser.newContext({viewport: {width: 1280, height: 800}, locale: 'fr-FR', ...options});
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') page.complaints.push(message.text());
  });
  return page;
}

export async function signIn(page, home) {
  await page.goto(home.url);
  await page.fill('[name=email]', administrator.email);
  await page.fill('[name=password]', administrator.password);
  await page.click('.primary');
  await page.waitForSelector('.tile');
}

/** A home with an administrator who is signed in, in a browser: `{home, page, close}`. */
export async function openAsAdministrator({settings = [], ...context} = {}) {
  const home = await Home.create({settings,
    environment: {ATRIUM_ADMIN_EMAIL: administrator.email, ATRIUM_ADMIN_PASSWORD: administrator.password}});
  const browser = await openBrowser();
  const close = async () => {
    await browser.close();
    await home.close();
  };
  const page = await openPage(browser, context);
  await signIn(page, home);
  return {home, page, close};
}

/** When typing replaces a coloured selection, Chromium wants to keep its style by an attribute, which the policy of the page refuses. */
export const ownStyleOfTheBrowser = /Applying inline style/;

let axe;
/** Serious accessibility problems of what is shown, as text. */
export async function violations(page) {
  axe ??= await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe);
  const found = await page.evaluate(async () => (await window.axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  })).violations);
  return found.filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html} ${node.failureSummary}`).join('\n  ')}`);
}
