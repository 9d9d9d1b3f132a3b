import {deleteDevice, editDevice} from '../collections.ts';
import {homeTexts} from '../i18n_home.ts';
import {attempt} from '../notices.ts';
import {go} from '../router.ts';
import type {Device} from '../types.ts';
import {Dialog} from './dialog.tsx';
import {Remove} from './remove.tsx';
import {RoomField} from './room_field.tsx';

/** What people choose stays, whatever the device says of itself later. */
export function DeviceEditor({device, onClose}: {device: Device; onClose: () => void}) {
  const t = homeTexts.value;
  return (
    <Dialog title={t.editDevice} onClose={onClose} onSubmit={(fields) => editDevice(device.id, {
      name: String(fields.get('name')).trim(), room: String(fields.get('room')).trim(),
    })}>
      <label>{t.name}<input name="name" required maxLength={200} defaultValue={device.name} autocomplete="off" /></label>
      <RoomField value={device.room} />
      <div class="end"><Remove name={device.name} onRemove={() => attempt(deleteDevice(device.id).then(() => go('/')))} /></div>
    </Dialog>
  );
}
