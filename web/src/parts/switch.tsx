import {attempt} from '../notices.ts';
import {toggle} from '../devices.ts';
import {texts} from '../i18n.ts';
import type {Device} from '../types.ts';

/** The switch of a device; honest about what is only assumed. */
export function Switch({device}: {device: Device}) {
  const t = texts.value;
  const label = device.status ? t.turnOff(device.name) : t.turnOn(device.name);
  return (
    <button
      type="button"
      class={`switch ${device.status ? 'is-on' : ''} ${device.assumed ? 'is-assumed' : ''}`}
      role="switch"
      aria-checked={device.status}
      aria-label={label}
      title={device.assumed ? t.waiting : label}
      onClick={(event) => {
        event.preventDefault();
        event.stopPropagation();
        attempt(toggle(device.id));
      }}
    >
      <span class="knob" />
    </button>
  );
}
