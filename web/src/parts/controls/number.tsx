// Numbers: a slider, steps, a field. What is shown while a hand moves is sent when it rests.

import {useEffect, useRef, useState} from 'preact/hooks';
import {kelvin, type Form} from '../../controls.ts';
import {texts, withUnit} from '../../i18n.ts';
import type {Plain} from '../../types.ts';
import {Icon} from '../icon.tsx';

type NumberForm = Form & {kind: 'range' | 'stepper' | 'number'};

const restPause = 400;

function textOf(value: number, form: NumberForm, role = ''): string {
  if (form.unit === 'mired') return withUnit(kelvin(value), 'K');
  if (role === 'volume_level') return withUnit(Math.round(value * 100), '%');
  return withUnit(value, form.unit);
}

export function Slider({id, form, role, value, onSet}: {
  id: string; form: NumberForm; role: string; value: Plain; onSet: (next: number) => void;
}) {
  const [moving, setMoving] = useState<number | null>(null);
  const known = typeof value === 'number' ? value : null;
  // Warm light stands left, as on every lamp: mired count the other way.
  const turned = form.unit === 'mired';
  const flip = (one: number) => (turned ? form.min + form.max - one : one);
  const shown = moving ?? known;
  return (
    <>
      <output for={id}>{shown === null ? '–' : textOf(shown, form, role)}</output>
      <input
        id={id} type="range" class={turned ? 'is-warmth' : ''} min={form.min} max={form.max} step={form.step} value={flip(shown ?? form.min)}
        aria-valuetext={shown === null ? '–' : textOf(shown, form, role)}
        onInput={(event) => setMoving(flip(Number(event.currentTarget.value)))}
        onChange={(event) => {
          setMoving(null);
          onSet(flip(Number(event.currentTarget.value)));
        }}
      />
    </>
  );
}

export function Stepper({name, form, value, onSet}: {name: string; form: NumberForm; value: Plain; onSet: (next: number) => void}) {
  const t = texts.value;
  const known = typeof value === 'number' ? value : null;
  const [chosen, setChosen] = useState<number | null>(null);
  const send = useRef(onSet);
  send.current = onSet;
  // Several quick presses are one order.
  useEffect(() => {
    if (chosen === null) return undefined;
    const timer = setTimeout(() => {
      send.current(chosen);
      setChosen(null);
    }, restPause);
    return () => clearTimeout(timer);
  }, [chosen]);
  const shown = chosen ?? known;
  const middle = Number.isFinite(form.min + form.max) ? Math.round((form.min + form.max) / 2) : 20;
  const change = (by: number) => {
    const next = shown === null ? middle : shown + by * form.step;
    setChosen(Math.min(form.max, Math.max(form.min, Math.round(next * 1000) / 1000)));
  };
  return (
    <div class="stepper" role="group" aria-label={name}>
      <button type="button" aria-label={t.less(name)} disabled={shown !== null && shown <= form.min} onClick={() => change(-1)}><Icon name="minus" /></button>
      <output>{shown === null ? '–' : textOf(shown, form)}</output>
      <button type="button" aria-label={t.more(name)} disabled={shown !== null && shown >= form.max} onClick={() => change(1)}><Icon name="plus" /></button>
    </div>
  );
}

export function NumberField({id, form, value, onSet}: {id: string; form: NumberForm; value: Plain; onSet: (next: number) => void}) {
  const limit = (bound: number) => (Number.isFinite(bound) ? bound : undefined);
  return (
    <span class="field">
      <input
        id={id} type="number" min={limit(form.min)} max={limit(form.max)} step={form.step} value={typeof value === 'number' ? value : ''}
        onChange={(event) => {
          const {valueAsNumber, validity} = event.currentTarget;
          if (validity.rangeOverflow || validity.rangeUnderflow || Number.isNaN(valueAsNumber)) return event.currentTarget.reportValidity();
          return onSet(valueAsNumber);
        }}
      />
      {form.unit && <span>{form.unit}</span>}
    </span>
  );
}
