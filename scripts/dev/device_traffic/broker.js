// MQTT 3.1.1 as far as the check needs it: connect, subscribe, publish with QoS 1 in order, receive.
'use strict';
const net = require('net');

const maxInFlight = 16;

function text(value) {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function packet(head, body) {
  const length = [];
  let rest = body.length;
  do {
    let digit = rest % 128;
    rest = Math.floor(rest / 128);
    if (rest) digit |= 128;
    length.push(digit);
  } while (rest);
  return Buffer.concat([Buffer.from([head, ...length]), body]);
}

class Broker {
  constructor(host, port) {
    this.address = { host, port: Number(port) };
    this.id = 0;
    this.waiters = new Map();
    this.inFlight = [];
    this.buffer = Buffer.alloc(0);
    this.received = []; // what came since the caller emptied it
  }

  connect() {
    this.socket = net.connect(this.address);
    this.socket.on('data', (chunk) => this.take(chunk));
    this.socket.on('error', (error) => {
      console.error(`broker ${this.address.host}:${this.address.port}: ${error.message}`);
      process.exit(2);
    });
    this.socket.write(packet(0x10, Buffer.concat([text('MQTT'), Buffer.from([4, 2, 0, 0]), text(`check-${process.pid}`)])));
    return new Promise((done) => this.waiters.set('connect', done));
  }

  close() {
    this.socket.destroy();
  }

  take(chunk) {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (;;) {
      let length = 0;
      let factor = 1;
      let at = 1;
      do {
        if (at >= this.buffer.length) return;
        length += (this.buffer[at] & 127) * factor;
        factor *= 128;
      } while (this.buffer[at++] & 128);
      if (this.buffer.length < at + length) return;
      const head = this.buffer[0];
      const body = this.buffer.subarray(at, at + length);
      this.buffer = this.buffer.subarray(at + length);
      this.takePacket(head, body);
    }
  }

  takePacket(head, body) {
    const type = head >> 4;
    if (type === 2) this.wake('connect');
    else if (type === 4 || type === 9) this.wake(body.readUInt16BE(0));
    if (type !== 3) return;
    const size = body.readUInt16BE(0);
    const qos = (head >> 1) & 3;
    const start = 2 + size + (qos ? 2 : 0);
    if (qos === 1) this.socket.write(Buffer.concat([Buffer.from([0x40, 2]), body.subarray(2 + size, 4 + size)]));
    this.received.push({ topic: body.toString('utf8', 2, 2 + size), payload: body.toString('utf8', start), retain: Boolean(head & 1) });
  }

  wake(key) {
    const done = this.waiters.get(key);
    this.waiters.delete(key);
    if (done) done();
  }

  nextId() {
    this.id = (this.id % 65535) + 1;
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16BE(this.id);
    return bytes;
  }

  subscribe(filter) {
    const id = this.nextId();
    const done = new Promise((ready) => this.waiters.set(this.id, ready));
    this.socket.write(packet(0x82, Buffer.concat([id, text(filter), Buffer.from([1])])));
    return done;
  }

  async publish(message) {
    const bytes = message.payload_b64 === undefined ? Buffer.from(String(message.payload)) : Buffer.from(message.payload_b64, 'base64');
    const id = this.nextId();
    this.inFlight.push(new Promise((done) => this.waiters.set(this.id, done)));
    this.socket.write(packet(0x32 | (message.retain ? 1 : 0), Buffer.concat([text(message.topic), id, bytes])));
    if (this.inFlight.length >= maxInFlight) await this.inFlight.shift();
  }

  async settled() {
    await Promise.all(this.inFlight);
    this.inFlight = [];
  }
}

module.exports = { Broker };
