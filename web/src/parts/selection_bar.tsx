// What can be done with the devices that were ticked.

import {useState} from 'preact/hooks';
import {captureScene, commandMany, editDevice, saveGroup} from '../collections.ts';
import {homeTexts} from '../i18n_home.ts';
import {attempt} from '../notices.ts';
import {isAdministrator} from '../session.ts';
import {Dialog} from './dialog.tsx';
import {RoomField} from './room_field.tsx';

type Asked = 'room' | 'group' | 'scene';

export function SelectionBar({ids, onDone}: {ids: number[]; onDone: () => void}) {
  const t = homeTexts.value;
  const [asked, setAsked] = useState<Asked | null>(null);
  const none = ids.length === 0;
  const act = (what: Promise<unknown>) => attempt(what.then(onDone));
  const titles: Record<Asked, string> = {room: t.move, group: t.makeGroup, scene: t.makeScene};
  async function submit(fields: FormData): Promise<void> {
    const name = String(fields.get('name') ?? '').trim();
    if (asked === 'group') await saveGroup(null, name, ids);
    else if (asked === 'scene') await captureScene(null, name, ids);
    else for (const id of ids) await editDevice(id, {room: String(fields.get('room')).trim()});
    onDone();
  }
  return (
    <div class="card selection" role="toolbar" aria-label={t.actions}>
      <strong role="status">{t.selected(ids.length)}</strong>
      <button type="button" class="secondary" disabled={none} onClick={() => act(commandMany({devices: ids}, 'on'))}>{t.turnOn}</button>
      <button type="button" class="secondary" disabled={none} onClick={() => act(commandMany({devices: ids}, 'off'))}>{t.turnOff}</button>
      {isAdministrator.value && (Object.keys(titles) as Asked[]).map((one) => (
        <button key={one} type="button" class="secondary" disabled={none} onClick={() => setAsked(one)}>{titles[one]}</button>
      ))}
      {asked && (
        <Dialog title={titles[asked]} onClose={() => setAsked(null)} onSubmit={submit}>
          {asked === 'room' ? <RoomField value="" />
            : <label>{t.name}<input name="name" required maxLength={120} autocomplete="off" /></label>}
        </Dialog>
      )}
    </div>
  );
}
