// For administrators: people and their roles, guests, grants, the audit log.

import {useState} from 'preact/hooks';
import {request, token} from '../api.ts';
import {all} from '../devices.ts';
import {exactMoment, language, texts} from '../i18n.ts';
import {explain, useLoaded} from '../parts/loaded.ts';
import {useTitle} from '../parts/title.ts';
import {user} from '../session.ts';

interface Person {
  id: number;
  name: string;
  email: string;
  role: string;
  ownRole: string;
  active: number;
}

function People() {
  const t = texts.value.accounts;
  const [answer, change] = useLoaded<{users: Person[]}>('/api/users');
  const [roles] = useLoaded<{roles: {name: string; own: boolean}[]}>('/api/roles');
  const put = (person: Person, body: object) => void change(() => request('PUT', `/api/users/${person.id}`, body));
  return (
    <section class="card options" aria-labelledby="people">
      <h2 id="people">{t.people}</h2>
      {answer?.users.map((person) => (
        <div key={person.id}>
          <span>
            <strong>{person.name}</strong>{person.active !== 1 && ` (${t.closed})`}<br />
            <small>{person.email}</small>
          </span>
          <select
            aria-label={t.role(person.name)} value={person.ownRole || person.role}
            onChange={(event) => {
              const name = event.currentTarget.value;
              put(person, roles?.roles.find((role) => role.name === name)?.own ? {ownRole: name} : {role: name});
            }}
          >
            {roles?.roles.map((role) => <option key={role.name} value={role.name}>{texts.value.roles[role.name] ?? role.name}</option>)}
          </select>
          {person.id !== user.value?.id && (
            <button
              type="button" class="secondary" onClick={() => put(person, {active: person.active !== 1})}
              aria-label={person.active === 1 ? t.closeAccount(person.name) : t.openAccount(person.name)}
            >
              {person.active === 1 ? t.close : t.open}
            </button>
          )}
        </div>
      ))}
    </section>
  );
}

function Guests() {
  const t = texts.value.accounts;
  const [made, setMade] = useState<{url: string; qrCode: string} | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const object = {kind: 'device', id: Number(form.get('device'))};
    request<{url: string; qrCode: string}>('POST', '/api/guests', {
      name: form.get('name'),
      until: new Date(Date.now() + Number(form.get('hours')) * 3_600_000).toISOString(),
      grants: ['devices.read', 'devices.control'].map((permission) => ({permission, object})),
    }).then(setMade, explain);
  };
  return (
    <section class="card" aria-labelledby="guests">
      <h2 id="guests">{t.guestLink}</h2>
      <p>{t.guestHint}</p>
      {made && (
        <p role="status">
          <img class="qr" src={`data:image/svg+xml,${encodeURIComponent(made.qrCode)}`} alt={t.qr} width="200" height="200" /><br />
          <code>{made.url}</code>
        </p>
      )}
      <form class="fields" onSubmit={submit}>
        <label>{texts.value.name}<input name="name" required maxLength={100} /></label>
        <label>
          {t.device}
          <select name="device">
            {all.value.map((device) => <option key={device.id} value={device.id}>{device.room} · {device.name}</option>)}
          </select>
        </label>
        <label>{t.hours}<input name="hours" type="number" min={1} max={8760} defaultValue="24" required /></label>
        <button class="secondary" type="submit">{t.create}</button>
      </form>
    </section>
  );
}

interface Grant {
  id: number;
  userId: number | null;
  groupId: number | null;
  role: string | null;
  permission: string;
  object: {kind: string; id: string};
  from: string;
  until: string;
}

function Grants() {
  const t = texts.value.accounts;
  const [answer, change] = useLoaded<{grants: Grant[]}>('/api/grants');
  const subject = (grant: Grant) => grant.role ?? (grant.userId ? `#${grant.userId}` : `@${grant.groupId}`);
  return (
    <section class="card options" aria-labelledby="grants">
      <h2 id="grants">{t.grants}</h2>
      {answer?.grants.length === 0 && <p>{t.noGrants}</p>}
      {answer?.grants.map((grant) => (
        <div key={grant.id}>
          <span>
            <strong>{subject(grant)}</strong> {grant.permission}<br />
            <small>{grant.object.kind} {grant.object.id} · {grant.from}–{grant.until}</small>
          </span>
          <button
            type="button" class="secondary" aria-label={t.remove(`${subject(grant)} ${grant.permission} ${grant.object.id}`)}
            onClick={() => void change(() => request('DELETE', `/api/grants/${grant.id}`))}
          >
            {t.delete}
          </button>
        </div>
      ))}
    </section>
  );
}

interface Entry {
  id: number;
  at: string;
  actor: string;
  action: string;
  object: string;
  allowed: boolean;
}

async function download(): Promise<void> {
  const headers = {Authorization: `Bearer ${token.value}`, 'Accept-Language': language.value};
  const response = await fetch('/api/audit/export?limit=100000', {headers});
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = 'audit.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}

function Audit() {
  const t = texts.value.accounts;
  const [answer] = useLoaded<{entries: Entry[]}>('/api/audit?limit=50');
  return (
    <section class="card" aria-labelledby="audit">
      <h2 id="audit">{t.audit}</h2>
      <button type="button" class="secondary" onClick={() => void download().catch(explain)}>{t.auditExport}</button>
      <ol class="audit">
        {answer?.entries.map((entry) => (
          <li key={entry.id}>
            <time dateTime={entry.at}>{exactMoment(entry.at)}</time> <strong>{entry.actor || t.nobody}</strong> {entry.action}{' '}
            <small>{entry.object} · {entry.allowed ? t.allowed : t.refused}</small>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function Administration() {
  const t = texts.value.accounts;
  useTitle(t.people);
  return (
    <>
      <h1>{t.people}</h1>
      <People />
      <Guests />
      <Grants />
      <Audit />
    </>
  );
}
