// The server that is checked: one that runs already, or one of our own on the loopback with a data folder of its own.
'use strict';
const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { freePort } = require('../../../tests/support/free_port.js');

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const account = { email: process.env.ATRIUM_EMAIL || 'traffic@example.org', password: process.env.ATRIUM_PASSWORD || 'recorded-traffic' };

/// ATRIUMD, else the one that was built last.
function program() {
  if (process.env.ATRIUMD) return process.env.ATRIUMD;
  const builds = path.join(__dirname, '../../../build');
  const found = (fs.existsSync(builds) ? fs.readdirSync(builds) : [])
    .map((preset) => path.join(builds, preset, 'bin/atriumd'))
    .filter((file) => fs.existsSync(file))
    .sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs);
  if (!found.length) throw new Error('no atriumd was built: scripts/run or scripts/test builds one, or set ATRIUMD');
  return found[0];
}

/// Starts a server; resolves when it is ready.
async function startServer() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'atrium-traffic-'));
  const data = path.join(folder, 'data');
  const [http, mqtt] = [await freePort(), await freePort()];
  const log = fs.openSync(path.join(folder, 'log'), 'w');
  const child = spawn(
    program(),
    [`data.dir=${data}`, 'http.bind=127.0.0.1', `http.port=${http}`, `mqtt.port=${mqtt}`, 'mqtt.websocket.port=0', 'limits.enabled=false',
      `admin.email=${account.email}`, `admin.password=${account.password}`].map((key) => `-D${key}`),
    { stdio: ['ignore', log, log] },
  );
  const ended = new Promise((done) => child.on('exit', done));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    fs.rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', () => child.kill('SIGKILL'));
  for (let i = 0; i < 600 && !fs.existsSync(path.join(data, 'addresses')); ++i) {
    if (child.exitCode !== null) throw new Error(`the server ended:\n${fs.readFileSync(path.join(folder, 'log'), 'utf8')}`);
    await sleep(50);
  }
  return { base: `http://127.0.0.1:${http}`, mqtt: { host: '127.0.0.1', port: mqtt }, stop };
}

/// One that runs. Its broker is at ATRIUM_MQTT=HOST:PORT, by default port 1883 of the same host.
function runningServer(base) {
  const [host, port] = (process.env.ATRIUM_MQTT || `${new URL(base).hostname}:1883`).split(':');
  return { base: base.replace(/\/$/, ''), mqtt: { host, port }, stop: async () => {} };
}

/// The public API, signed in as an administrator. On a fresh server the first account is made.
class Api {
  constructor(base) {
    this.base = base;
    this.token = process.env.ATRIUM_TOKEN || '';
  }

  async call(method, route, body) {
    for (;;) {
      const answer = await fetch(this.base + route, {
        method,
        headers: { 'content-type': 'application/json', ...(this.token && { authorization: `Bearer ${this.token}` }) },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (answer.status === 429) await sleep(300);
      else return { status: answer.status, body: await answer.json().catch(() => null) };
    }
  }

  async signIn() {
    if (this.token) return;
    let answer = await this.call('POST', '/api/auth/login', account);
    if (answer.status !== 200) answer = await this.call('POST', '/api/auth/register', { name: 'Traffic check', ...account });
    this.token = (answer.body && answer.body.token) || '';
    if (!this.token) throw new Error(`cannot sign in: ${JSON.stringify(answer.body)}`);
  }
}

module.exports = { startServer, runningServer, Api, sleep };
