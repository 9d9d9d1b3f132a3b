// finds_wrong_expectations.js CHECK FOLDER: the check of device traffic must find what it is there for. Plants one wrong expectation of
// each kind in a copy of FOLDER; every one has to be reported, nothing else, and the check has to fail.
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const [check, folder] = process.argv.slice(2);
const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'atrium-planted-'));
fs.cpSync(folder, copy, { recursive: true });
const expectations = path.join(copy, 'expected.jsonl');
const all = fs.readFileSync(expectations, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const of = (file) => all.find((expected) => expected.file === file);
const entity = (file, id) => of(file).entities.find((one) => one.unique_id === id);

// What is planted, and the words by which its difference is known.
const planted = [
  ['plug.jsonl device name', () => (of('homeassistant/plug.jsonl').device.name = 'Toaster')],
  ['plug.jsonl device model', () => (of('homeassistant/plug.jsonl').device.model = 'P2')],
  ['plug.jsonl mac', () => (of('homeassistant/plug.jsonl').device.connections = [['mac', '02:00:00:00:99:99']])],
  ['plug-1-power unit', () => (entity('homeassistant/plug.jsonl', 'plug-1-power').unit = 'kW')],
  ['plug-1-power state class', () => (entity('homeassistant/plug.jsonl', 'plug-1-power').state_class = 'total')],
  ['plug-1-rssi category', () => (entity('homeassistant/plug.jsonl', 'plug-1-rssi').category = 'config')],
  ['plug-1-rssi enabled', () => (entity('homeassistant/plug.jsonl', 'plug-1-rssi').enabled = true)],
  ['plug-1-relay state', () => (entity('homeassistant/plug.jsonl', 'plug-1-relay').state = 'off')],
  ['plug-1-relay turn_on', () => (entity('homeassistant/plug.jsonl', 'plug-1-relay').commands[0].payload = '2')],
  ['av-any available', () => (entity('homeassistant/availability.jsonl', 'av-any').available = false)],
  ['cov-blind attribute tilt', () => (entity('homeassistant/covers.jsonl', 'cov-blind').attributes.tilt = 51)],
  ['cov-gate device class', () => (entity('homeassistant/covers.jsonl', 'cov-gate').device_class = 'garage')],
  ['l-json capability effect_list', () => (entity('homeassistant/lights.jsonl', 'l-json').capabilities.effect_list = ['strobe'])],
  ['r-ev events', () => entity('homeassistant/remote.jsonl', 'r-ev').events.pop()],
  ['trigger button_long_press', () => (of('homeassistant/remote.jsonl').triggers[1].fired = 3)],
  ['sensor v-ghost', () => of('homeassistant/values.jsonl').entities.push({ unique_id: 'v-ghost', component: 'sensor', name: 'Ghost' })],
  ['v-nan state', () => (entity('homeassistant/values.jsonl', 'v-nan').state = 12)],
  ['device_message.jsonl no device', () => (of('homeassistant/device_message.jsonl').device = null)],
  ['0x00aa_light name', () => (entity('zigbee2mqtt/lamp.jsonl', '0x00aa_light').name = 'Lampe')],
  ['dimmer.jsonl sensor 0200000030CC_sensor_sensor_AM2301_Temperature name',
    () => (entity('tasmota/dimmer.jsonl', '0200000030CC_sensor_sensor_AM2301_Temperature').name = 'Kitchen')],
  ['lamp.jsonl device state', () => (of('homie/lamp.jsonl').device.state = 'lost')],
  ['cover:0 set_position', () => (entity('shelly_gen2/roller.jsonl', 'Etage/volet-cover:0').commands[2].any_of[0].json_contains.params.pos = 21)],
];
for (const [, plant] of planted) plant();
fs.writeFileSync(expectations, all.map((expected) => JSON.stringify(expected)).join('\n'));

const run = spawnSync(check, [copy], { encoding: 'utf8', env: { ...process.env, ATRIUM_SHOW: '1000' } });
fs.rmSync(copy, { recursive: true, force: true });
const differences = run.stdout.split('\n').filter((line) => line.includes(' instead of '));
const missed = planted.filter(([words]) => !differences.some((line) => line.includes(words)));
const surplus = differences.filter((line) => !planted.some(([words]) => line.includes(words)));
console.log(`${planted.length - missed.length} of ${planted.length} planted expectations found, exit status ${run.status}`);
for (const [words] of missed) console.log(`not found: ${words}`);
for (const line of surplus) console.log(`not planted: ${line}`);
if (run.stderr) console.log(run.stderr);
process.exit(run.status === 1 && !missed.length && !surplus.length ? 0 : 1);
