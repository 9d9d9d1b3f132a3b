// One's own account: second factor, password, sessions, API tokens.

import {useState} from 'preact/hooks';
import {request} from '../api.ts';
import {moment, texts} from '../i18n.ts';
import {notify} from '../notices.ts';
import {explain, useLoaded} from '../parts/loaded.ts';
import {useTitle} from '../parts/title.ts';
import {EnrolmentCode, RecoveryCodes, type Enrolment} from './second_step.tsx';

const fieldsOf = (event: Event) => {
  event.preventDefault();
  const form = new FormData(event.target as HTMLFormElement);
  return (name: string) => String(form.get(name) ?? '');
};

function SecondFactor() {
  const t = texts.value.accounts;
  const [state, change] = useLoaded<{enabled: boolean; totp: boolean; recoveryCodes: number}>('/api/auth/2fa');
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [codes, setCodes] = useState<string[]>([]);
  if (!state) return null;

  const begin = (event: Event) => {
    const field = fieldsOf(event);
    const body = {password: field('password')};
    if (state.enabled) void change(() => request('POST', '/api/auth/2fa/disable', body));
    else request<Enrolment>('POST', '/api/auth/2fa/totp', body).then(setEnrolment, explain);
  };
  const confirm = (event: Event) => {
    const field = fieldsOf(event);
    void change(async () => {
      const answer = await request<{recoveryCodes: string[]}>('POST', '/api/auth/2fa/totp/confirm', {code: field('otp')});
      setEnrolment(null);
      setCodes(answer.recoveryCodes);
    });
  };
  return (
    <section class="card" aria-labelledby="factor">
      <h2 id="factor">{t.secondFactor}</h2>
      <p role="status">{state.enabled ? t.factorOn : t.factorOff}</p>
      {codes.length > 0 && <RecoveryCodes codes={codes} />}
      {enrolment ? (
        <form class="fields" onSubmit={confirm}>
          <p>{t.scan}</p>
          <EnrolmentCode enrolment={enrolment} />
          <label>{t.code}<input name="otp" inputMode="numeric" autocomplete="one-time-code" required maxLength={6} /></label>
          <button class="primary" type="submit">{t.verify}</button>
        </form>
      ) : (
        <form class="fields" onSubmit={begin}>
          <label>{t.currentPassword}<input name="password" type="password" autocomplete="current-password" required /></label>
          <button class="secondary" type="submit">{state.enabled ? t.switchOff : t.addApp}</button>
        </form>
      )}
    </section>
  );
}

function Password() {
  const t = texts.value.accounts;
  const submit = (event: Event) => {
    const form = event.target as HTMLFormElement;
    const field = fieldsOf(event);
    request('POST', '/api/auth/change-password', {currentPassword: field('current'), newPassword: field('next')})
      .then(() => { form.reset(); notify(t.saved); }, explain);
  };
  return (
    <section class="card" aria-labelledby="password">
      <h2 id="password">{t.changePassword}</h2>
      <form class="fields" onSubmit={submit}>
        <label>{t.currentPassword}<input name="current" type="password" autocomplete="current-password" required /></label>
        <label>{t.newPassword}<input name="next" type="password" autocomplete="new-password" required minLength={6} maxLength={200} /></label>
        <button class="secondary" type="submit">{t.save}</button>
      </form>
    </section>
  );
}

interface Session {
  id: number;
  address: string;
  agent: string;
  lastUsedAt: string;
  current: boolean;
}

function Sessions() {
  const t = texts.value.accounts;
  const [answer, change] = useLoaded<{sessions: Session[]}>('/api/auth/sessions');
  return (
    <section class="card options" aria-labelledby="sessions">
      <h2 id="sessions">{t.sessions}</h2>
      {answer?.sessions.map((session) => (
        <div key={session.id}>
          <span>
            <strong>{session.current ? t.thisDevice : session.address}</strong><br />
            <small>{session.agent} · {moment(session.lastUsedAt)}</small>
          </span>
          {!session.current && (
            <button
              type="button" class="secondary" aria-label={t.endSession(`${session.address} ${moment(session.lastUsedAt)}`)}
              onClick={() => void change(() => request('DELETE', `/api/auth/sessions/${session.id}`))}
            >
              {t.close}
            </button>
          )}
        </div>
      ))}
      <button type="button" class="secondary" onClick={() => void change(() => request('DELETE', '/api/auth/sessions'))}>
        {t.endOthers}
      </button>
    </section>
  );
}

function Tokens() {
  const t = texts.value.accounts;
  const [answer, change] = useLoaded<{tokens: {id: number; name: string; scopes: string[]}[]}>('/api/auth/tokens');
  const [made, setMade] = useState('');
  const submit = (event: Event) => {
    const form = event.target as HTMLFormElement;
    const field = fieldsOf(event);
    void change(async () => {
      const scopes = field('scopes').split(/\s+/).filter(Boolean);
      setMade((await request<{token: string}>('POST', '/api/auth/tokens', {name: field('name'), scopes})).token);
      form.reset();
    });
  };
  return (
    <section class="card options" aria-labelledby="tokens">
      <h2 id="tokens">{t.tokens}</h2>
      {made && <p role="status">{t.tokenOnce}<br /><code>{made}</code></p>}
      {answer?.tokens.map((token) => (
        <div key={token.id}>
          <span><strong>{token.name}</strong><br /><small>{token.scopes.join(' ')}</small></span>
          <button
            type="button" class="secondary" aria-label={t.remove(token.name)}
            onClick={() => void change(() => request('DELETE', `/api/auth/tokens/${token.id}`))}
          >
            {t.delete}
          </button>
        </div>
      ))}
      <form class="fields" onSubmit={submit}>
        <label>{texts.value.name}<input name="name" required maxLength={100} /></label>
        <label>{t.scopes}<input name="scopes" defaultValue="devices.read" /></label>
        <button class="secondary" type="submit">{t.create}</button>
      </form>
    </section>
  );
}

export function Account() {
  const t = texts.value;
  useTitle(t.account);
  return (
    <>
      <h1>{t.account}</h1>
      <SecondFactor />
      <Password />
      <Sessions />
      <Tokens />
    </>
  );
}
