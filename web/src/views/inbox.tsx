import {useEffect, useState} from 'preact/hooks';
import {editDevice} from '../collections.ts';
import {decide, inbox, reloadInbox, type NewDevice} from '../inbox.ts';
import {moment, texts} from '../i18n.ts';
import {homeTexts} from '../i18n_home.ts';
import {attempt} from '../notices.ts';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {Icon} from '../parts/icon.tsx';
import {RoomField} from '../parts/room_field.tsx';
import {useTitle} from '../parts/title.ts';
import {isAdministrator} from '../session.ts';

const factsOf = (one: NewDevice) => {
  const t = homeTexts.value;
  return [[one.maker, one.model].filter(Boolean).join(' '), texts.value.types[one.type] ?? one.type, one.integrations.join(', ').replaceAll('_', ' '),
    t.functions(one.entities), t.foundAt(moment(one.discoveredAt))].filter(Boolean).join(' · ');
};

/** A name and a room, as the device suggests them, to be changed at once. */
async function accept(one: NewDevice, fields: FormData): Promise<void> {
  const name = String(fields.get('name')).trim(), room = String(fields.get('room')).trim();
  const edit = {...(name !== one.name ? {name} : {}), ...(room !== one.room && room ? {room} : {})};
  if (Object.keys(edit).length > 0) await editDevice(one.id, edit);
  await decide([one.id], 'accepted');
}

function Row({one}: {one: NewDevice}) {
  const t = homeTexts.value;
  const [isBusy, setBusy] = useState(false);
  return (
    <li class="card new-device">
      <form onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        attempt(accept(one, new FormData(event.currentTarget)).finally(() => setBusy(false)));
      }}>
        <span class="badge"><Icon name={one.type} /></span>
        <div class="what"><a href={`/devices/${one.id}`}><strong>{one.name}</strong></a><small>{factsOf(one)}</small></div>
        <label>{t.name}<input name="name" required maxLength={200} defaultValue={one.name} autocomplete="off" /></label>
        <RoomField value={one.room} />
        <button type="submit" class="primary" aria-label={t.acceptOne(one.name)} disabled={isBusy || !isAdministrator.value}>{t.accept}</button>
        <button type="button" class="plain" aria-label={t.ignoreOne(one.name)} disabled={!isAdministrator.value}
          onClick={() => attempt(decide([one.id], 'ignored'))}>{t.ignore}</button>
      </form>
    </li>
  );
}

export function Inbox() {
  const t = homeTexts.value;
  useTitle(t.inbox);
  useEffect(() => void reloadInbox(), []);
  const all = inbox.value;
  const fresh = all?.devices.filter((one) => one.decision === 'new') ?? [];
  const ignored = all?.devices.filter((one) => one.decision === 'ignored') ?? [];
  return (
    <>
      <header class="title">
        <a class="back" href="/" aria-label={texts.value.back}><Icon name="back" /></a>
        <div><h1>{t.inbox}</h1>{fresh.length > 0 && <p>{t.inboxHint}</p>}</div>
        {fresh.length > 1 && isAdministrator.value && (
          <button type="button" class="secondary" onClick={() => attempt(decide(fresh.map((one) => one.id), 'accepted'))}>{t.acceptAll(fresh.length)}</button>
        )}
      </header>
      {!all && <Skeleton tiles={3} />}
      {all && fresh.length === 0 && <Empty icon="sensor" title={t.inboxEmpty}>{t.inboxEmptyHint}</Empty>}
      <ul class="rules">{fresh.map((one) => <Row key={one.id} one={one} />)}</ul>
      {ignored.length > 0 && (
        <details class="card fold">
          <summary>{t.ignored}<span class="count">{all!.ignored.length}</span></summary>
          <ul class="rules">
            {ignored.map((one) => (
              <li key={one.id} class="rule">
                <div><strong>{one.name}</strong><small>{factsOf(one)}</small></div>
                <button type="button" class="quiet" aria-label={t.takeBackOne(one.name)} onClick={() => attempt(decide([one.id], 'new'))}>{t.takeBack}</button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
