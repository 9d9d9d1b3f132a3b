import {attempt} from '../notices.ts';
import {toggle} from '../devices.ts';
import {texts} from '../i18n.ts';
import type {Device} from '../types.ts';

export function Switch({checked, assumed, label, hint, onToggle}: {
  checked: boolean; assumed?: boolean; label: string; hint?: string; onToggle: () => void;
}) {
  return (
    <button
      type="button"
      class={`switch ${checked ? 'is-on' : ''} ${assumed ? 'is-assumed' : ''}`}
      role="switch"
      aria-checked={checked}
      aria-label={label}
      title={hint ?? label}
      onClick={onToggle}
    >
      <span class="knob" />
    </button>
  );
}

/** The switch of a device; honest about what is only assumed. */
export function DeviceSwitch({device}: {device: Device}) {
  const t = texts.value;
  return (
    <Switch
      checked={device.status}
      assumed={device.assumed}
      label={device.name}
      hint={device.assumed ? t.waiting : device.status ? t.turnOff(device.name) : t.turnOn(device.name)}
      onToggle={() => attempt(toggle(device.id))}
    />
  );
}
