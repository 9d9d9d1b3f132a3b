// A TCP port of the loopback that nobody uses, nor is given until this process ends: freePort() of child_process.cpp says how.
'use strict';
const net = require('net');

function listen(port) {
  return new Promise((done) => {
    const server = net.createServer();
    server.once('error', () => done(null));
    server.listen(port, '127.0.0.1', () => done(server));
  });
}

async function freePort() {
  for (let i = 0; i < 1000; ++i) {
    const port = (5000 + Math.floor(Math.random() * 11_000)) * 2;
    const claim = await listen(port + 1);
    if (!claim) continue;
    claim.unref();
    const probe = await listen(port);
    if (probe) {
      await new Promise((done) => probe.close(done));
      return port;
    }
    claim.close();
  }
  throw new Error('no free port');
}

module.exports = { freePort };
