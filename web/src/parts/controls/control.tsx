// One control: its name, its value, how to change it, and whether the device has confirmed the change.

import {useEffect, useRef, useState} from 'preact/hooks';
import type {Button, Control, Form} from '../../controls.ts';
import {attributeName, commandName, entityName, valueText, word} from '../../device_words.ts';
import {order as send} from '../../devices.ts';
import {deviceTexts} from '../../i18n_devices.ts';
import {attempt} from '../../notices.ts';
import type {Attribute, AttributeSpec, Device, Entity, Plain} from '../../types.ts';
import {Switch} from '../switch.tsx';
import {Colour} from './colour.tsx';
import {NumberField, Slider, Stepper} from './number.tsx';
import {RawCommand, TextField} from './text.tsx';

export interface Shown {
  name: string;
  id: string;
  value: Plain;
  attribute: Attribute | undefined;
}

/** How long a device may take before the page says that it does not confirm at all. */
const patience = 45_000;
const confirmedFor = 4000;

type Outcome = 'none' | 'pending' | 'assumed' | 'confirmed' | 'lost';

const isSame = (a: Plain, b: Plain) => (typeof a === 'number' && typeof b === 'number'
  ? Math.abs(a - b) <= Math.max(1, Math.abs(b)) * 0.02 : JSON.stringify(a) === JSON.stringify(b));

/** Follows an order until the device says something. */
function useOutcome(attribute: Attribute | undefined, spec: AttributeSpec | undefined): Outcome {
  const [outcome, setOutcome] = useState<Outcome>('none');
  const wished = useRef<Plain>(null);
  const was = useRef(false);
  const isAssumed = attribute?.assumed === true;
  const value = attribute?.value ?? null;
  useEffect(() => {
    if (isAssumed) {
      wished.current = value;
      was.current = true;
      const since = spec?.desired ? Date.parse(spec.desired.since) : Date.now();
      const left = patience - (Date.now() - since);
      setOutcome(left > 0 ? 'pending' : 'assumed');
      const timer = setTimeout(() => setOutcome('assumed'), Math.max(0, left));
      return () => clearTimeout(timer);
    }
    if (!was.current) return undefined;
    was.current = false;
    const isDone = isSame(value, wished.current);
    setOutcome(isDone ? 'confirmed' : 'lost');
    const timer = isDone ? setTimeout(() => setOutcome('none'), confirmedFor) : undefined;
    return () => clearTimeout(timer);
  }, [isAssumed, isAssumed ? JSON.stringify(value) : '', spec?.desired?.since]);
  return outcome;
}

function State({outcome, spec, attribute}: {outcome: Outcome; spec: AttributeSpec | undefined; attribute: Attribute | undefined}) {
  const t = deviceTexts.value;
  const say = (value: Plain) => (value === null ? t.unknown : valueText(value, attribute?.unit, spec?.deviceClass));
  const text = outcome === 'pending' ? (spec?.desired ? t.pending(say(spec.desired.reported)) : t.pendingUnknown)
    : outcome === 'assumed' ? t.assumedOnly
    : outcome === 'confirmed' ? t.confirmed
    : outcome === 'lost' ? t.lost(say(attribute?.value ?? null)) : '';
  return <small class={`outcome is-${outcome}`} role="status">{text}</small>;
}

function Buttons({form, name, onPress}: {form: Form & {kind: 'buttons'}; name: string; onPress: (button: Button, code: string) => void}) {
  const t = deviceTexts.value;
  const [asked, setAsked] = useState('');
  const [code, setCode] = useState('');
  useEffect(() => {
    if (!asked) return undefined;
    const timer = setTimeout(() => setAsked(''), 6000);
    return () => clearTimeout(timer);
  }, [asked]);
  return (
    <div class="actions">
      {form.wantsCode && (
        <input type="password" autocomplete="off" inputMode="numeric" aria-label={t.codeOf(name)} placeholder={t.codeOf(name)} value={code}
          onInput={(event) => setCode(event.currentTarget.value)} />
      )}
      {form.buttons.map((button) => (
        <button
          key={button.command} type="button" class={asked === button.command ? 'primary' : 'secondary'}
          aria-label={`${asked === button.command ? t.sure(commandName(button.command)) : commandName(button.command)} · ${name}`}
          onClick={() => {
            if (button.isGrave && asked !== button.command) return setAsked(button.command);
            setAsked('');
            onPress(button, code);
          }}
        >
          {asked === button.command ? t.sure(commandName(button.command)) : commandName(button.command)}
        </button>
      ))}
    </div>
  );
}

/** What is shown on the right of the name. */
function shownText({form, role}: Control, value: Plain, attribute: Attribute | undefined, spec: AttributeSpec | undefined): string {
  if (!attribute || form.kind === 'switch' || form.kind === 'choice' || form.kind === 'colour' || form.kind === 'text') return '';
  if (role === 'volume_level' && typeof value === 'number') return valueText(Math.round(value * 100), '%');
  return valueText(value, attribute.unit, spec?.deviceClass);
}

/** `isUnderName`: the name of the function stands above it already. */
export function ControlRow({control, device, entity, spec, isUnderName}: {
  control: Control; device: Device; entity: Entity | null; spec: AttributeSpec | undefined; isUnderName: boolean;
}) {
  const {form, role} = control;
  const attribute = device.attributes[control.attribute];
  const outcome = useOutcome(attribute, spec);
  const value = attribute?.value ?? null;
  const called = entity ? entityName(entity) : '';
  const name = role === 'state' ? (isUnderName ? '' : called) || attributeName('state')
    : form.kind === 'raw' ? commandName(form.command) : attributeName(role);
  const id = `control-${control.key.replace(/[^\w-]+/g, '-')}`;
  const give = (order: {command: string; arguments?: Record<string, Plain>}, guess?: Plain) =>
    attempt(send(device.id, control.entity, order, guess === undefined || !control.attribute ? {} : {[control.attribute]: guess}));

  return (
    <div class={`control is-${form.kind} ${attribute?.assumed ? 'is-assumed' : ''}`} data-control={role}>
      {form.kind === 'switch' || form.kind === 'buttons' || form.kind === 'stepper' || form.kind === 'raw'
        ? <span class="name">{name}</span> : <label class="name" for={id}>{name}</label>}
      {shownText(control, value, attribute, spec) && form.kind === 'buttons' && <output>{shownText(control, value, attribute, spec)}</output>}
      {form.kind === 'switch' && (
        <Switch checked={value === true} assumed={attribute?.assumed} label={called && called !== name ? `${called} · ${name}` : name}
          onToggle={() => give(value === true ? form.off : form.on, value !== true)} />
      )}
      {form.kind === 'range' && <Slider id={id} form={form} role={role} value={value} onSet={(next) => give(form.order(next), next)} />}
      {form.kind === 'stepper' && <Stepper name={name} form={form} value={value} onSet={(next) => give(form.order(next), next)} />}
      {form.kind === 'number' && <NumberField id={id} form={form} value={value} onSet={(next) => give(form.order(next), next)} />}
      {form.kind === 'choice' && (
        <select id={id} value={typeof value === 'string' ? value : ''} onChange={(event) => give(form.order(event.currentTarget.value), event.currentTarget.value)}>
          {(typeof value !== 'string' || !form.options.includes(value)) && <option value={typeof value === 'string' ? value : ''} disabled>{typeof value === 'string' ? word(value) : '–'}</option>}
          {form.options.map((option) => <option key={option} value={option}>{word(option)}</option>)}
        </select>
      )}
      {form.kind === 'colour' && <Colour id={id} space={form.space} value={value} onSet={(next) => give(form.order(next), next)} />}
      {form.kind === 'text' && <TextField id={id} name={name} form={form} value={value} onSet={(next) => give(form.order(next), next)} />}
      {form.kind === 'buttons' && <Buttons form={form} name={called || device.name} onPress={(button, code) => give(button.order(code))} />}
      {form.kind === 'raw' && <RawCommand id={id} command={form.command} onSend={(values) => give({command: form.command, ...(values ? {arguments: values} : {})})} />}
      <State outcome={outcome} spec={spec} attribute={attribute} />
    </div>
  );
}
