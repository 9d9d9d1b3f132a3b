import {roomNames} from '../devices.ts';
import {homeTexts} from '../i18n_home.ts';

/** A room: one that there is, or a new one. */
export function RoomField({value, label}: {value: string; label?: string}) {
  const t = homeTexts.value;
  return (
    <label>
      {label ?? t.room}
      <input name="room" list="rooms" required maxLength={120} defaultValue={value} autocomplete="off" />
      <datalist id="rooms">{roomNames.value.map((one) => <option key={one} value={one} />)}</datalist>
    </label>
  );
}
