// Writes rules as Lua that people can read.

import type {Action, Condition, Rule, Trigger, Value} from './rule_model.ts';

export const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;

const keywords = new Set(['and', 'break', 'do', 'else', 'elseif', 'end', 'false', 'for', 'function', 'goto', 'if', 'in', 'local', 'nil', 'not', 'or',
  'repeat', 'return', 'then', 'true', 'until', 'while']);
const isName = (text: string) => /^[A-Za-z_]\w*$/.test(text) && !keywords.has(text);

const literal = (value: Value) => (typeof value === 'string' ? quoted(value) : String(value));
const field = (name: string, value: Value) => `${isName(name) ? name : `[${quoted(name)}]`} = ${literal(value)}`;
const attributeOf = ({device, attribute}: {device: string; attribute: string}) =>
  `device ${quoted(device)}${isName(attribute) ? `.${attribute}` : `[${quoted(attribute)}]`}`;

function trigger(one: Trigger): string {
  switch (one.kind) {
    case 'becomes': return `${attributeOf(one)}:becomes(${literal(one.value)})`;
    case 'changes': return `${attributeOf(one)}:changes()`;
    case 'above': case 'below':
      return `${attributeOf(one)}:${one.kind}(${one.value}${one.hold ? `, { hold = ${quoted(one.hold)} }` : ''})`;
    case 'at': return one.days ? `at(${quoted(one.time)}, { days = ${quoted(one.days)} })` : `at ${quoted(one.time)}`;
    case 'every': return `every ${quoted(one.period)}`;
    case 'sunrise': case 'sunset': return one.offset ? `${one.kind} ${quoted(one.offset)}` : `${one.kind}()`;
    case 'mode': return `house.mode:becomes(${quoted(one.mode)})`;
  }
}

function condition(one: Condition): string {
  switch (one.kind) {
    case 'is': case 'is_not': return `${attributeOf(one)}:${one.kind}(${literal(one.value)})`;
    case 'more': case 'less': return `function() return ${attributeOf(one)}.value ${one.kind === 'more' ? '>' : '<'} ${one.value} end`;
    case 'sun': return `sun.${one.is}`;
    case 'mode': return `house.mode:is(${quoted(one.mode)})`;
  }
}

function action(one: Action): string {
  switch (one.kind) {
    case 'on': case 'off': case 'toggle': return `device ${quoted(one.device)}:${one.kind}()`;
    case 'set': return `device ${quoted(one.device)}:set{ ${field(one.attribute, one.value)} }`;
    case 'wait': return `wait ${quoted(one.period)}`;
    case 'notify': return `notify.send{ to = ${quoted(one.to)}, text = ${quoted(one.text)} }`;
    case 'alert': return `alert.raise{ key = ${quoted(one.key)}, severity = ${quoted(one.severity)}, text = ${quoted(one.text)} }`;
    case 'log': return `log.info(${quoted(one.text)})`;
    case 'mode': return `house:set{ mode = ${quoted(one.mode)} }`;
  }
}

const block = (name: string, lines: string[]) => (lines.length === 0 ? [] : [`  ${name} = {`, ...lines.map((line) => `    ${line},`), '  },']);

export function writeRule(rule: Rule): string {
  return [
    `rule ${quoted(rule.name)} {`,
    ...block('on', rule.triggers.map(trigger)),
    ...block('when', rule.conditions.map(condition)),
    ...(rule.mode === '' ? [] : [`  mode = ${quoted(rule.mode)},`]),
    '  run = function()',
    ...rule.actions.map((one) => `    ${action(one)}`),
    '  end,',
    '}',
    '',
  ].join('\n');
}
