import {rooms} from '../devices.ts';
import {homeTexts} from '../i18n_home.ts';

/** Devices to tick, by room; the fields of a form are named `device`. */
export function DeviceChoice({chosen}: {chosen: number[]}) {
  const t = homeTexts.value;
  return (
    <fieldset class="device-choice">
      <legend>{t.devices}</legend>
      {rooms.value.map((room) => (
        <div key={room.name} role="group" aria-label={room.name || t.unnamedRoom}>
          <h3>{room.name || t.unnamedRoom}</h3>
          {room.devices.map((one) => (
            <label key={one.peek().id} class="check">
              <input type="checkbox" name="device" value={one.peek().id} defaultChecked={chosen.includes(one.peek().id)} />
              {one.value.name}
            </label>
          ))}
        </div>
      ))}
    </fieldset>
  );
}

export const chosenDevices = (fields: FormData) => fields.getAll('device').map(Number);
