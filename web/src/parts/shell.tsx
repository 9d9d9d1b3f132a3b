// What is around every page: navigation (a rail on wide screens, a bar at the bottom of phones), the state of the connection, and
// notices.

import type {ComponentChildren} from 'preact';
import {moment, texts} from '../i18n.ts';
import {dismiss, notices} from '../notices.ts';
import {connection, retry, staleSince} from '../realtime.ts';
import {path} from '../router.ts';
import {unknownAlerts} from '../security.ts';
import {Icon} from './icon.tsx';
import {openSearch, Search} from './search.tsx';

function Link({to, icon, label, count = 0}: {to: string; icon: string; label: string; count?: number}) {
  const here = to === '/' ? path.value === '/' || /^\/(devices|groups|inbox)/.test(path.value)
    : path.value.startsWith(to) || (to === '/automations' && path.value.startsWith('/blueprints'));
  return (
    <a href={to} aria-current={here ? 'page' : undefined}>
      <Icon name={icon} />
      <span>{label}</span>
      {count > 0 && <b class="count">{count > 99 ? '99+' : count}</b>}
    </a>
  );
}

function ConnectionState() {
  const t = texts.value;
  const state = connection.value;
  const text = state === 'live' ? t.live : state === 'stale' ? t.staleSince(moment(staleSince.value!)) : t.connecting;
  return (
    <div class={`connection is-${state}`} role="status">
      <span class="dot" />
      <span>{text}</span>
      {state === 'stale' && <button type="button" onClick={retry}>{t.retry}</button>}
    </div>
  );
}

export function Notices() {
  return (
    <div class="notices" role="alert">
      {notices.value.map((notice) => (
        <p key={notice.id}>
          {notice.text}
          <button type="button" aria-label={texts.value.dismiss} onClick={() => dismiss(notice.id)}>
            <Icon name="close" />
          </button>
        </p>
      ))}
    </div>
  );
}

export function Shell({children}: {children: ComponentChildren}) {
  const t = texts.value;
  return (
    <div class={`shell ${connection.value === 'stale' ? 'is-stale' : ''}`}>
      <a class="skip" href="#content">{t.skip}</a>
      <nav aria-label={t.site}>
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="32" height="32" />
          <strong>Atrium</strong>
        </a>
        <Link to="/" icon="home" label={t.rooms} />
        <Link to="/automations" icon="bolt" label={t.automations} />
        <Link to="/schedules" icon="calendar" label={t.schedules} />
        <Link to="/security" icon="shield" label={t.security} count={unknownAlerts.value.length} />
        <button type="button" onClick={openSearch} aria-keyshortcuts="Control+K /">
          <Icon name="search" />
          <span>{t.search}</span>
          <kbd>/</kbd>
        </button>
        <Link to="/settings" icon="settings" label={t.settings} />
      </nav>
      <div class="page">
        <ConnectionState />
        <main id="content" tabIndex={-1}>{children}</main>
      </div>
      <Notices />
      <Search />
    </div>
  );
}
