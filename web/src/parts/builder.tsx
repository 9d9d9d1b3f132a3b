// The guided builder: when this happens, only if that holds, then do these things. It knows nothing of Lua; rule_writer does.

import type {ComponentChildren} from 'preact';
import {attributeName, valueText} from '../device_words.ts';
import {all, rooms} from '../devices.ts';
import {house, modeName} from '../house.ts';
import {texts} from '../i18n.ts';
import {homeTexts} from '../i18n_home.ts';
import {ruleTexts} from '../i18n_rules.ts';
import {durationPattern, severities, type Action, type Condition, type Rule, type Trigger, type Value} from '../rule_model.ts';
import type {Attribute, Device} from '../types.ts';
import {Icon} from './icon.tsx';

type Part = Trigger | Condition | Action;
type Fields = Partial<Record<'device' | 'attribute' | 'hold' | 'time' | 'days' | 'period' | 'offset' | 'mode' | 'to' | 'text' | 'key' | 'severity' | 'is', string>> & {kind: string; value?: Value};

const simple = ['boolean', 'number', 'integer', 'text'];
const deviceNamed = (uid: string) => all.value.find((one) => one.uid === uid);
const attributesOf = (device: Device | undefined, fits: (one: Attribute) => boolean) =>
  Object.entries(device?.attributes ?? {}).filter(([, one]) => simple.includes(one.kind) && fits(one));
const isNumeric = (one: Attribute) => one.kind === 'number' || one.kind === 'integer';
const any = () => true;

/** What a value is compared with at first. */
function firstValue(attribute: Attribute | undefined): Value {
  if (!attribute || attribute.kind === 'boolean') return true;
  if (isNumeric(attribute)) return typeof attribute.value === 'number' ? attribute.value : 0;
  return typeof attribute.value === 'string' ? attribute.value : '';
}

/** Which fields a part of a kind has, filled with what is there as far as it fits. */
function fresh(kind: string, before: Fields): Part {
  const numeric = ['above', 'below', 'more', 'less'].includes(kind);
  const fits = kind === 'set' ? (one: Attribute) => one.writable === true : numeric ? isNumeric : any;
  const known = before.device ? deviceNamed(before.device) : undefined;
  const isSwitch = (one: Device) => 'status' in one.attributes;
  const useful = (one: Device) => (['on', 'off', 'toggle'].includes(kind) ? isSwitch(one) : attributesOf(one, fits).length > 0);
  const device = known && useful(known) ? known : all.value.find(useful);
  const names = attributesOf(device, fits).map(([name]) => name);
  const attribute = before.attribute && names.includes(before.attribute) ? before.attribute : names[0] ?? '';
  const of = {device: device?.uid ?? '', attribute};
  const value = firstValue(device?.attributes[attribute]);
  switch (kind) {
    case 'becomes': case 'is': case 'is_not': case 'set': return {kind, ...of, value} as Part;
    case 'changes': return {kind, ...of};
    case 'above': case 'below': return {kind, ...of, value: Number(value) || 0, hold: before.hold ?? ''};
    case 'more': case 'less': return {kind, ...of, value: Number(value) || 0};
    case 'at': return {kind, time: before.time ?? '07:30', days: before.days ?? ''};
    case 'every': case 'wait': return {kind, period: before.period ?? '5m'} as Part;
    case 'sunrise': case 'sunset': return {kind, offset: before.offset ?? ''};
    case 'sun': return {kind, is: 'down'};
    case 'mode': return {kind, mode: before.mode ?? house.value?.modes[0] ?? 'home'};
    case 'notify': return {kind, to: before.to ?? '', text: before.text ?? ''};
    case 'alert': return {kind, key: before.key ?? 'alert', severity: before.severity ?? 'warning', text: before.text ?? ''};
    case 'log': return {kind, text: before.text ?? ''};
    default: return {kind: kind as 'on', device: device?.uid ?? ''};
  }
}

function DeviceField({uid, fits, onChange}: {uid: string; fits: (one: Device) => boolean; onChange: (uid: string) => void}) {
  const t = ruleTexts.value;
  const known = deviceNamed(uid);
  return (
    <label>{t.device}
      <select value={uid} onChange={(event) => onChange(event.currentTarget.value)}>
        {!known && <option value={uid}>{uid || '–'}</option>}
        {rooms.value.map((room) => (
          <optgroup key={room.name} label={room.name || homeTexts.value.unnamedRoom}>
            {room.devices.map((one) => one.value).filter((one) => fits(one) || one.uid === uid)
              .map((one) => <option key={one.id} value={one.uid}>{one.name}</option>)}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

function ValueField({value, attribute, onChange}: {value: Value; attribute: Attribute | undefined; onChange: (value: Value) => void}) {
  const t = ruleTexts.value;
  if (typeof value === 'boolean')
    return (
      <label>{t.value}
        <select value={String(value)} onChange={(event) => onChange(event.currentTarget.value === 'true')}>
          <option value="true">{valueText(true)}</option><option value="false">{valueText(false)}</option>
        </select>
      </label>
    );
  if (typeof value === 'number')
    return (
      <label>{attribute?.unit ? `${t.value} (${attribute.unit})` : t.value}
        <input type="number" step="any" required value={value} onInput={(event) => onChange(event.currentTarget.valueAsNumber || 0)} />
      </label>
    );
  return <label>{t.value}<input type="text" value={value} onInput={(event) => onChange(event.currentTarget.value)} /></label>;
}

type Edit<T> = (change: (before: T) => T) => void;

function PartFields({part, onChange}: {part: Part; onChange: Edit<Part>}) {
  const t = ruleTexts.value;
  const fields = part as Fields;
  const set = (more: Partial<Fields>) => onChange((before) => ({...before, ...more}) as Part);
  const text = (name: 'hold' | 'days' | 'period' | 'offset' | 'to' | 'text' | 'key', label: string, pattern?: string, isRequired = false) => (
    <label>{label}<input type="text" pattern={pattern} required={isRequired} value={fields[name] ?? ''} autocomplete="off"
      onInput={(event) => set({[name]: event.currentTarget.value})} /></label>
  );
  const isOrder = ['on', 'off', 'toggle'].includes(part.kind);
  const numeric = ['above', 'below', 'more', 'less'].includes(part.kind);
  const fits = part.kind === 'set' ? (one: Attribute) => one.writable === true : numeric ? isNumeric : any;
  const device = fields.device === undefined ? undefined : deviceNamed(fields.device);
  const attribute = fields.attribute === undefined ? undefined : device?.attributes[fields.attribute];
  const choose = (uid: string, name?: string) => {
    const next = deviceNamed(uid);
    if (isOrder) return set({device: uid});
    const names = attributesOf(next, fits).map(([one]) => one);
    const chosen = name ?? (names.includes(fields.attribute ?? '') ? fields.attribute! : names[0] ?? '');
    const kind = next?.attributes[chosen];
    const isSameKind = fields.value !== undefined && typeof firstValue(kind) === typeof fields.value;
    return set({device: uid, attribute: chosen, ...(fields.value === undefined || isSameKind ? {} : {value: numeric ? 0 : firstValue(kind)})});
  };
  return (
    <>
      {fields.device !== undefined && (
        <DeviceField uid={fields.device} onChange={(uid) => choose(uid)}
          fits={(one) => (isOrder ? 'status' in one.attributes : attributesOf(one, fits).length > 0)} />
      )}
      {fields.attribute !== undefined && (
        <label>{t.attribute}
          <select value={fields.attribute} onChange={(event) => choose(fields.device!, event.currentTarget.value)}>
            {!attribute && <option value={fields.attribute}>{attributeName(fields.attribute)}</option>}
            {attributesOf(device, fits).map(([name]) => <option key={name} value={name}>{attributeName(name)}</option>)}
          </select>
        </label>
      )}
      {fields.value !== undefined && <ValueField value={fields.value} attribute={attribute} onChange={(value) => set({value})} />}
      {fields.hold !== undefined && text('hold', t.hold, durationPattern)}
      {fields.time !== undefined && <label>{t.time}<input type="time" required value={fields.time} onInput={(event) => set({time: event.currentTarget.value})} /></label>}
      {fields.days !== undefined && text('days', t.days, '[a-z,\\- ]*')}
      {fields.period !== undefined && text('period', t.period, durationPattern, true)}
      {fields.offset !== undefined && text('offset', t.offset, `-?${durationPattern}`)}
      {part.kind === 'sun' && (
        <label>{t.conditions.sun}<select value={part.is} onChange={(event) => set({is: event.currentTarget.value})}>
          {Object.entries(t.sun).map(([one, name]) => <option key={one} value={one}>{name}</option>)}
        </select></label>
      )}
      {fields.mode !== undefined && (
        <label>{t.mode}<select value={fields.mode} onChange={(event) => set({mode: event.currentTarget.value})}>
          {[...new Set([...(house.value?.modes ?? []), fields.mode])].map((one) => <option key={one} value={one}>{modeName(one)}</option>)}
        </select></label>
      )}
      {fields.key !== undefined && text('key', t.key, undefined, true)}
      {fields.severity !== undefined && (
        <label>{t.severity}<select value={fields.severity} onChange={(event) => set({severity: event.currentTarget.value})}>
          {severities.map((one) => <option key={one} value={one}>{texts.value.severities[one]}</option>)}
        </select></label>
      )}
      {fields.to !== undefined && text('to', t.to, undefined, true)}
      {fields.text !== undefined && text('text', t.message, undefined, true)}
    </>
  );
}

function Parts<P extends Part>({title, place, kinds, parts, add, onChange}: {
  title: string; place: 'trigger' | 'condition' | 'action'; kinds: Record<string, string>; parts: P[]; add: string; onChange: Edit<P[]>;
}): ComponentChildren {
  const t = ruleTexts.value;
  const replace = (index: number, change: (before: Part) => Part) =>
    onChange((before) => before.map((one, at) => (at === index ? change(one) as P : one)));
  const swap = (index: number) => onChange((before) => before.map((one, at) =>
    (at === index - 1 ? before[index] : at === index ? before[index - 1] : one)));
  return (
    <fieldset class="steps" data-place={place}>
      <legend>{title}</legend>
      <ol>
        {parts.map((part, index) => (
          <li key={index}>
            <label>{t.kind}
              <select value={part.kind} onChange={(event) => {
                const kind = event.currentTarget.value;
                replace(index, (before) => fresh(kind, before as Fields));
              }}>
                {Object.entries(kinds).map(([kind, name]) => <option key={kind} value={kind}>{name}</option>)}
              </select>
            </label>
            <PartFields part={part} onChange={(change) => replace(index, change)} />
            <span class="tools">
              {index > 0 && place === 'action' && (
                <button type="button" class="round is-up" aria-label={t.moveUp(`${index + 1} ${kinds[part.kind]}`)} onClick={() => swap(index)}><Icon name="back" /></button>
              )}
              <button type="button" class="round" aria-label={t.removePart(`${index + 1} ${kinds[part.kind]}`)}
                onClick={() => onChange((before) => before.filter((_one, at) => at !== index))}><Icon name="close" /></button>
            </span>
          </li>
        ))}
      </ol>
      <button type="button" class="secondary" onClick={() => onChange((before) => [...before, fresh(Object.keys(kinds)[0], {kind: ''}) as P])}>{add}</button>
    </fieldset>
  );
}

/** `onChange` gets what to do with the rule as it is by then: two changes may come before the page is drawn again. */
export function Builder({rule, onChange}: {rule: Rule; onChange: Edit<Rule>}) {
  const t = ruleTexts.value;
  return (
    <div class="builder">
      <Parts<Trigger> title={t.when} place="trigger" kinds={t.triggers} parts={rule.triggers} add={t.addTrigger}
        onChange={(change) => onChange((before) => ({...before, triggers: change(before.triggers)}))} />
      <Parts<Condition> title={t.onlyIf} place="condition" kinds={t.conditions} parts={rule.conditions} add={t.addCondition}
        onChange={(change) => onChange((before) => ({...before, conditions: change(before.conditions)}))} />
      <Parts<Action> title={t.then} place="action" kinds={t.actions} parts={rule.actions} add={t.addAction}
        onChange={(change) => onChange((before) => ({...before, actions: change(before.actions)}))} />
      <label class="run-mode">{t.ifRunning}
        <select value={rule.mode} onChange={(event) => {
          const mode = event.currentTarget.value as Rule['mode'];
          onChange((before) => ({...before, mode}));
        }}>
          {Object.entries(t.runModes).map(([one, name]) => <option key={one} value={one}>{name}</option>)}
        </select>
      </label>
    </div>
  );
}
