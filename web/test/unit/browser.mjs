// Loads modules of the dashboard under node: esbuild turns the TypeScript into one module, and what they need of a browser stands
// in here. Each call gives a world of its own.

import {build} from 'esbuild';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const web = fileURLToPath(new URL('../..', import.meta.url));

/** A WebSocket whose server is the test. */
export class FakeSocket {
  static OPEN = 1;
  static made = [];

  constructor(url) {
    this.url = url;
    this.readyState = 0;
    this.sent = [];
    this.wasClosed = false;
    FakeSocket.made.push(this);
  }

  send(text) { this.sent.push(JSON.parse(text)); }
  close() { this.wasClosed = true; this.readyState = 3; }
  accept() { this.readyState = 1; this.onopen(); }
  say(message) { this.onmessage({data: typeof message === 'string' ? message : JSON.stringify(message)}); }
  end(code = 1006) { this.readyState = 3; this.onclose({code}); }
}

class Events {
  handlers = new Map();
  addEventListener(type, handler) { this.handlers.set(type, handler); }
  raise(type, event = {}) { this.handlers.get(type)?.(event); }
}

/** Time that the test moves. */
class Timers {
  now = 1_800_000_000_000;
  waiting = new Map();
  next = 1;

  set(callback, delay, every) {
    this.waiting.set(this.next, {at: this.now + delay, callback, every});
    return this.next++;
  }

  advance(milliseconds) {
    const end = this.now + milliseconds;
    for (;;) {
      const [id, timer] = [...this.waiting].filter(([, one]) => one.at <= end).sort((a, b) => a[1].at - b[1].at)[0] ?? [];
      if (!timer) break;
      this.now = timer.at;
      if (timer.every) timer.at += timer.every;
      else this.waiting.delete(id);
      timer.callback();
    }
    this.now = end;
  }
}

/** The exports of the modules, bundled together so that they share their state, and the world around them. */
export async function load({modules, language = 'en', stored = {}, path = '/'}) {
  const timers = new Timers();
  const storage = new Map(Object.entries(stored));
  const window = new Events();
  const document = Object.assign(new Events(), {hidden: false, getElementById: () => null});
  const answers = [];
  const requests = [];
  FakeSocket.made = [];
  const world = {
    localStorage: {getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => storage.set(key, value),
      removeItem: (key) => storage.delete(key)},
    navigator: {language, languages: [language]},
    location: {protocol: 'http:', host: 'home.test', origin: 'http://home.test', pathname: path},
    history: {pushState: (_state, _title, to) => { world.location.pathname = to; }},
    scrollTo: () => undefined,
    addEventListener: window.addEventListener.bind(window),
    document,
    WebSocket: FakeSocket,
    setTimeout: (callback, delay = 0) => timers.set(callback, delay),
    clearTimeout: (id) => timers.waiting.delete(id),
    setInterval: (callback, delay) => timers.set(callback, delay, delay),
    fetch: (address, options) => {
      requests.push({address, ...options});
      return new Promise((resolve, reject) => answers.push({resolve, reject}));
    },
  };
  world.Date = class extends Date {
    constructor(...parts) { if (parts.length === 0) super(timers.now); else super(...parts); }
    static now() { return timers.now; }
  };
  world.Math = Object.create(null, Object.getOwnPropertyDescriptors(Math));
  world.Math.random = () => 0.5;

  const names = Object.keys(world);
  const result = await build({
    stdin: {
      contents: modules.map((name) => `export * as ${name} from './src/${name}.ts';`).join('\n'),
      resolveDir: web,
      loader: 'ts',
    },
    bundle: true, format: 'esm', write: false, jsx: 'automatic', jsxImportSource: 'preact', logLevel: 'silent',
  });
  // Names of the browser become variables of the module.
  const key = `world${Math.random().toString(36).slice(2)}`;
  globalThis[key] = world;
  const folder = await mkdtemp(join(web, 'node_modules/.atrium-test-'));
  try {
    const file = join(folder, 'bundle.mjs');
    await writeFile(file, `const {${names.join(', ')}} = globalThis.${key};\n${result.outputFiles[0].text}`);
    const loaded = await import(pathToFileURL(file).href);
    return {...loaded, timers, storage, window, document, location: world.location, requests, sockets: FakeSocket.made,
      /** Answers the oldest open request. */
      async answer(status, body) {
        answers.shift().resolve({ok: status < 400, status, statusText: '', json: async () => body});
        for (let i = 0; i < 10; ++i) await Promise.resolve();
      },
      async failRequest() {
        answers.shift().reject(new TypeError('failed to fetch'));
        for (let i = 0; i < 10; ++i) await Promise.resolve();
      }};
  } finally {
    await rm(folder, {recursive: true, force: true});
    delete globalThis[key];
  }
}
