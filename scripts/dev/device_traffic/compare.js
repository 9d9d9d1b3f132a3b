// What is expected of a recording against what the public API says. Nothing here talks to a server.
'use strict';

const digits = (mac) => String(mac).replace(/[^0-9a-f]/gi, '').toLowerCase();
const isNumber = (value) => typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)));

/// Equal, numbers to 1e-6.
function same(is, should) {
  if (should === null || should === undefined) return is === null || is === undefined;
  if (is === null || is === undefined) return false;
  if (typeof should === 'object') {
    if (typeof is !== 'object' || Array.isArray(should) !== Array.isArray(is)) return false;
    const keys = Object.keys(should);
    return keys.length === Object.keys(is).length && keys.every((key) => same(is[key], should[key]));
  }
  if (typeof should === 'boolean' || typeof is === 'boolean') return is === should;
  if (isNumber(should) && isNumber(is)) return Math.abs(Number(is) - Number(should)) <= 1e-6 * Math.max(1e-9, Math.abs(Number(should)));
  return is === should;
}

/// `is` has at least what `should` has.
function contains(is, should) {
  if (should === null || typeof should !== 'object') return same(is, should);
  return is !== null && typeof is === 'object' && Object.keys(should).every((key) => contains(is[key], should[key]));
}

const asJson = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/// Whether a message is the one that a command should have caused. Tasmota's words have no case.
function isPublished(message, should) {
  const isTasmota = /(^|\/)cmnd\//.test(should.topic);
  const lower = (text) => (isTasmota ? String(text).toLowerCase() : String(text));
  if (lower(message.topic) !== lower(should.topic)) return false;
  if (should.json_contains) return contains(asJson(message.payload), should.json_contains);
  if (lower(message.payload) === lower(should.payload)) return true;
  const is = asJson(message.payload);
  const wanted = asJson(should.payload);
  return is !== undefined && wanted !== undefined && typeof wanted !== 'string' && same(is, wanted);
}

/// Counts what was compared, a source at a time, and keeps the differences.
class Score {
  constructor() {
    this.totals = new Map();
    this.differences = [];
  }

  count(expected, what, ok, is, should) {
    const total = this.of(expected);
    ++total.total;
    if (ok) ++total.passed;
    else this.differences.push(`${expected.file} ${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(should)}`);
  }

  leaveOut(expected) {
    ++this.of(expected).leftOut;
  }

  of(expected) {
    const source = expected.file.split('/')[0];
    if (!this.totals.has(source)) this.totals.set(source, { passed: 0, total: 0, leftOut: 0 });
    return this.totals.get(source);
  }
}

/// What no server can know of a recording, because no message of it says so: names that were set on a Shelly and stand only in the
/// answers to questions that a recording does not answer, and the firmware of a Tasmota that never told it. Everything else counts.
function isUnknowable(expected, recording, field, value) {
  if (value === null || value === undefined) return false;
  const asked = { 'shelly-gen2': /^(device (name|model|model_id|sw_version)|name|full name)$/, 'tasmota-legacy': /^device sw_version$/ }[expected.protocol];
  return Boolean(asked) && asked.test(field) && !String(value).split(/\s+/).every((word) => recording.includes(word));
}

const integrations = { 'shelly-gen2': 'shelly', 'shelly-gen1': 'shelly', tasmota: 'tasmota', 'tasmota-legacy': 'tasmota', homie: 'homie', zigbee2mqtt: 'zigbee2mqtt' };

function compareDevice(score, expected, device, recording) {
  const should = expected.device;
  // Where two conventions speak of one device, each is compared with what it said.
  const integration = integrations[String(expected.protocol || '').replace(/-?\d+(\.\d+)*$/, '')] || integrations[expected.protocol] || 'homeassistant_discovery';
  const said = (device.describedBy || []).find((one) => one.integration === integration) || device;
  const fields = {
    name: device.name, manufacturer: said.maker, model: said.model, model_id: said.modelId, sw_version: said.firmware, hw_version: said.hardware,
    serial_number: device.serialNumber, via_device: device.via, suggested_area: device.room, configuration_url: device.configurationUrl, state: (device.entities.find((entity) => entity.id.endsWith('/$state')) || {}).state,
  };
  for (const [key, is] of Object.entries(fields)) {
    if (should[key] === undefined) continue;
    const label = `device ${key}`;
    if (isUnknowable(expected, recording, label, should[key])) score.leaveOut(expected);
    else score.count(expected, label, same(is || null, should[key] === '' ? null : should[key]), is, should[key]);
  }
  for (const id of should.ids || []) score.count(expected, 'device id', device.identifiers.includes(id), device.identifiers, id);
  for (const [kind, id] of should.connections || [])
    if (kind === 'mac') score.count(expected, 'mac', device.macs.includes(digits(id)), device.macs, id);
}

/// By its identity. A device with its own protocol may have no identity in the recording: then by the place that its value has in the
/// messages, by the end of its id, or by its name and class.
function findEntity(expected, device, should) {
  const alike = device.entities.filter((entity) => entity.component === should.component);
  const exact = alike.find((entity) => entity.id === should.unique_id || entity.id === `${should.component}.${should.unique_id}`);
  if (exact || !expected.protocol) return exact;
  const tail = String(should.unique_id).split(/[_-]/).slice(-2).join('_');
  return (
    (should.value_path && alike.find((entity) => same(entity.capabilities.value_path, should.value_path))) ||
    alike.find((entity) => entity.id.endsWith(tail)) ||
    alike.find((entity) => entity.name === should.name && entity.deviceClass === (should.device_class || null))
  );
}

/// Returns the entity, or nothing when it is missing.
function compareEntity(score, expected, device, should, recording, dependsOnNow) {
  const entity = findEntity(expected, device, should);
  const label = `${should.component} ${should.unique_id}`;
  if (!entity) {
    if (!should.optional) score.count(expected, label, false, 'missing', should.name);
    return undefined;
  }
  const check = (what, is, wanted) => {
    if (isUnknowable(expected, recording, what, wanted)) score.leaveOut(expected);
    else score.count(expected, `${label} ${what}`, same(is, wanted), is, wanted);
  };
  check('name', entity.name, should.name);
  if (should.full_name !== undefined) check('full name', entity.fullName, should.full_name.trim());
  if (should.device_class !== undefined) check('device class', entity.deviceClass, should.device_class);
  check('unit', entity.unit, should.unit);
  if (should.state_class !== undefined) check('state class', entity.stateClass, should.state_class);
  check('category', entity.category, should.category || 'primary');
  check('enabled', entity.enabled, should.enabled);
  check('commandable', entity.commandable, should.commandable);
  if (should.available !== undefined) check('available', entity.available, should.available);
  if (dependsOnNow) score.leaveOut(expected); // it differs with every replay
  else if (should.state !== null && should.state !== undefined) check('state', entity.state, should.state);
  else if (should.rendered === 'None') score.count(expected, `${label} unknown`, entity.state !== 'None' && entity.state !== 0, entity.state, null);
  for (const [key, wanted] of Object.entries(should.attributes || {})) check(`attribute ${key}`, entity.attributes[key], wanted);
  for (const [key, wanted] of Object.entries(should.capabilities || {})) check(`capability ${key}`, entity.capabilities[key], wanted);
  return entity;
}

function compareEvents(score, expected, entity, should, events) {
  const heard = events.filter((event) => event.entity === entity.id).map((event) => event.data);
  score.count(expected, `${should.unique_id} events`, same(heard, should.events), heard, should.events);
}

function compareTrigger(score, expected, device, should) {
  const fits = (one) => ['component', 'topic', 'payload', 'type', 'subtype'].every((key) => same(one[key] || null, should[key] || null));
  const trigger = device.triggers.find(fits);
  const label = `trigger ${should.type || should.topic} ${should.subtype || ''}`;
  if (trigger) score.count(expected, label, trigger.fired === (should.fired || 0), trigger.fired, should.fired || 0);
  else score.count(expected, label, false, 'missing', should);
}

module.exports = { Score, digits, isPublished, compareDevice, compareEntity, compareEvents, compareTrigger };
