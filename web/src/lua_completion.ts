// What may come next in the text of an automation: devices by their names, what they have, and the words of the language.

import type {Completion, CompletionContext, CompletionResult} from '@codemirror/autocomplete';
import {device as findDevice, idsOf} from './devices.ts';
import type {Device} from './types.ts';

type Source = [label: string, detail: string, apply?: string];

const words: Source[] = [
  ['rule', 'rule "name" { on, when, run }', 'rule "Name" {\n  on = {  },\n  run = function(ev)\n    \n  end,\n}'],
  ['on', 'on(trigger, function)'], ['device', 'device "uid"'], ['every', 'every "5m"', 'every "5m"'], ['at', 'at("07:30", { days = "mon-fri" })', 'at("07:30", { days = "mon-fri" })'],
  ['cron', 'cron "0 6 * * mon-fri"', 'cron "0 6 * * mon-fri"'], ['sunrise', 'sunrise "-20m"', 'sunrise "-20m"'], ['sunset', 'sunset "-20m"', 'sunset "-20m"'],
  ['event', 'event "name"'], ['startup', 'startup()', 'startup()'], ['wait', 'wait "2m"', 'wait "2m"'],
  ['wait_for', 'wait_for(trigger, { timeout })', 'wait_for(, { timeout = "15m" })'], ['mqtt.publish', 'mqtt.publish(topic, payload)'],
  ['log.info', 'log.info(text)'], ['log.warn', 'log.warn(text)'], ['log.error', 'log.error(text)'],
  ['alert.raise', 'alert.raise{ key, severity, text }', 'alert.raise{ key = "", severity = "warning", text = "" }'], ['alert.clear', 'alert.clear(key)'],
  ['notify.send', 'notify.send{ to, text }', 'notify.send{ to = "", text = "" }'], ['sun.up', 'condition'], ['sun.down', 'condition'],
  ['house.mode', 'house.mode:is "night"'], ['house:set', 'house:set{ mode = "night" }', 'house:set{ mode = "night" }'],
  ['devices', 'devices{ kind = "light", area = "hall" }', 'devices{ kind = "" }'], ['history', 'history(device.power):delta "1d"', 'history()'],
  ['webhook', 'webhook("POST", "/hooks/name")', 'webhook("POST", "/hooks/")'], ['shutdown', 'shutdown()', 'shutdown()'], ['require', 'require "module"'],
  ['http.get', 'http.get(url)'], ['any', 'any{ a, b }'], ['none', 'none{ a, b }'], ['test', 'test "name" (function(t) ... end)', 'test "name" (function(t)\n  \nend)'],
  ['function', ''], ['local', ''], ['return', ''], ['then', ''], ['if', ''], ['else', ''], ['end', ''], ['true', ''], ['false', ''], ['nil', ''], ['not', ''], ['and', ''], ['or', ''],
];
const methods: Source[] = [
  ['on', 'on(), on{ level = 30 }', 'on()'], ['off', 'off()', 'off()'], ['toggle', 'toggle()', 'toggle()'], ['set', 'set{ level = 30 }', 'set{  }'], ['get', 'get "power"', 'get ""'],
];
const valueMethods: Source[] = [
  ['becomes', 'becomes(true)', 'becomes()'], ['changes', 'changes()', 'changes()'], ['above', 'above(80, { hold = "3m" })', 'above()'],
  ['below', 'below(5, { hold = "3m" })', 'below()'], ['is', 'is(true)', 'is()'], ['is_not', 'is_not(0)', 'is_not()'], ['silent', 'silent "20m"', 'silent "20m"'],
  ['on_for', 'on_for()'], ['off_for', 'off_for()'], ['holds', 'holds "30s"', 'holds "30s"'], ['debounce', 'debounce "5s"', 'debounce "5s"'],
];
const testMethods: Source[] = [
  ['clock', 'clock "2026-10-25 02:59:00"', 'clock ""'], ['set', 'set("hall/pir.motion", true)', 'set("", true)'], ['online', 'online("uid", false)'],
  ['mqtt', 'mqtt("topic", "payload")'], ['event', 'event("name", {})'], ['mode', 'mode "night"', 'mode ""'], ['advance', 'advance "2m"', 'advance ""'],
  ['restart_server', '', 'restart_server()'], ['expect', 'expect("uid"):got("on")', 'expect("")'],
];

const toCompletion = (type: string) => ([label, detail, apply]: Source): Completion => ({label, detail, type, ...(apply ? {apply} : {})});
const devices = (): Device[] => idsOf.peek().map((id) => findDevice(id)!.peek());
const deviceNamed = (uid: string) => devices().find((one) => one.uid === uid || one.name === uid);

/** `local hall = device "hall/light"` gives the device another name. */
function deviceOf(word: string, text: string): Device | undefined {
  const direct = /device\s*\(?\s*["']([^"']+)["']\s*\)?$/.exec(word);
  if (direct) return deviceNamed(direct[1]);
  const name = /([A-Za-z_]\w*)$/.exec(word)?.[1];
  if (!name) return undefined;
  const list = /local\s+([\w\s,]+?)=([^\n]+)/g;
  for (let match = list.exec(text); match; match = list.exec(text)) {
    const index = match[1].split(',').map((one) => one.trim()).indexOf(name);
    const uids = [...match[2].matchAll(/device\s*\(?\s*["']([^"']+)["']/g)].map((one) => one[1]);
    if (index >= 0 && uids[index]) return deviceNamed(uids[index]);
  }
  return undefined;
}

export function completions(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const inText = /(?:device\s*\(?\s*|expect\s*\(\s*|t:set\s*\(\s*)["']([^"']*)$/.exec(before);
  if (inText)
    return {from: context.pos - inText[1].length, validFor: /^[^"']*$/,
      options: devices().map((one) => ({label: one.uid, detail: `${one.name}${one.room ? `, ${one.room}` : ''}`, type: 'constant'}))};
  // Inside of any other text there is nothing to complete.
  if ((before.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1) return null;
  const text = context.state.doc.toString();
  const member = /^(.*)\.(\w*)$/.exec(before);
  const owner = member && deviceOf(member[1], text);
  if (member && owner)
    return {from: context.pos - member[2].length, validFor: /^\w*$/, options: Object.entries(owner.attributes)
      .map(([label, one]) => ({label, detail: [one.kind, one.unit].filter(Boolean).join(', '), type: 'property'}))};
  const call = /^(.*):(\w*)$/.exec(before);
  if (call) {
    const isTest = /\bt$/.test(call[1]);
    const isValue = /\.\w+$/.test(call[1]) || /\)$/.test(call[1]);
    return {from: context.pos - call[2].length, validFor: /^\w*$/,
      options: (isTest ? testMethods : isValue ? valueMethods : deviceOf(call[1], text) ? methods : [...methods, ...valueMethods]).map(toCompletion('method'))};
  }
  const word = context.matchBefore(/[\w.]+/);
  if (!word && !context.explicit) return null;
  return {from: word?.from ?? context.pos, validFor: /^[\w.]*$/, options: words.map(toCompletion('keyword'))};
}
