// What a blueprint asks for, as the fields of a form.

import type {Input, Use} from '../blueprints.ts';
import {rooms} from '../devices.ts';
import {homeTexts} from '../i18n_home.ts';

function Field({input, given}: {input: Input; given: Use['inputs'][string] | undefined}) {
  const name = `input-${input.name}`;
  const value = given ?? input.default ?? undefined;
  const isRequired = input.default === undefined || input.default === null;
  if (input.type === 'boolean')
    return <label class="check"><input type="checkbox" name={name} defaultChecked={value === true} />{input.label}</label>;
  if (input.type === 'device')
    return (
      <label>{input.label}
        <select name={name} required={isRequired}>
          <option value="" />
          {rooms.value.map((room) => (
            <optgroup key={room.name} label={room.name || homeTexts.value.unnamedRoom}>
              {room.devices.map((one) => <option key={one.peek().id} value={one.value.uid} selected={one.value.uid === value}>{one.value.name}</option>)}
            </optgroup>
          ))}
        </select>
      </label>
    );
  if (input.type === 'choice')
    return (
      <label>{input.label}
        <select name={name} required={isRequired}>
          {(input.options ?? []).map((one) => <option key={one} value={one} selected={one === value}>{one}</option>)}
        </select>
      </label>
    );
  const kind = input.type === 'number' ? {type: 'number', step: 'any', min: input.minimum, max: input.maximum}
    : input.type === 'time' ? {type: 'time'} : {type: 'text', maxLength: 1000, placeholder: input.type === 'duration' ? '5m' : ''};
  return <label>{input.label}<input name={name} required={isRequired} autocomplete="off" defaultValue={value === undefined ? '' : String(value)} {...kind} /></label>;
}

export function BlueprintForm({inputs, given}: {inputs: Input[]; given: Use['inputs']}) {
  return <>{inputs.map((one) => <Field key={one.name} input={one} given={given[one.name]} />)}</>;
}
