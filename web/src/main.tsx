import {effect} from '@preact/signals';
import {options, render} from 'preact';
import {token} from './api.ts';
import * as automations from './automations.ts';
import * as collections from './collections.ts';
import * as devices from './devices.ts';
import {language, texts} from './i18n.ts';
import * as house from './house.ts';
import * as inbox from './inbox.ts';
import {Empty} from './parts/empty.tsx';
import {lazy} from './parts/lazy.tsx';
import {Notices, Shell} from './parts/shell.tsx';
import * as realtime from './realtime.ts';
import * as router from './router.ts';
import * as security from './security.ts';
import {enterAsGuest, restore, returnFromProvider, user} from './session.ts';
import * as theme from './theme.ts';
import {Rooms} from './views/rooms.tsx';
import {SignIn} from './views/sign_in.tsx';

const Account = lazy(async () => (await import('./views/account.tsx')).Account);
const Administration = lazy(async () => (await import('./views/administration.tsx')).Administration);
const AutomationPage = lazy(async () => (await import('./views/automation.tsx')).AutomationPage);
const Automations = lazy(async () => (await import('./views/automations.tsx')).Automations);
const BlueprintEditor = lazy(async () => (await import('./views/blueprint_editor.tsx')).BlueprintEditor);
const Blueprints = lazy(async () => (await import('./views/blueprints.tsx')).Blueprints);
const DevicePage = lazy(async () => (await import('./views/device.tsx')).DevicePage);
const EditorPage = lazy(async () => (await import('./views/editor.tsx')).EditorPage);
const Groups = lazy(async () => (await import('./views/groups.tsx')).Groups);
const Inbox = lazy(async () => (await import('./views/inbox.tsx')).Inbox);
const Schedules = lazy(async () => (await import('./views/schedules.tsx')).Schedules);
const Security = lazy(async () => (await import('./views/security.tsx')).Security);
const Settings = lazy(async () => (await import('./views/settings.tsx')).Settings);

function Page() {
  const {page, id, task} = router.parse(router.path.value);
  if (page === 'automations' && task) return <EditorPage key={id} id={id} />;
  if (page === 'blueprints' && task) return <BlueprintEditor key={id} id={id} />;
  if (task) return <Empty icon="search" title={texts.value.notFound} />;
  if (page === 'rooms' && id === null) return <Rooms />;
  if (page === 'devices' && id !== null) return <DevicePage key={id} id={id} />;
  if (page === 'automations') return id === null ? <Automations /> : <AutomationPage key={id} id={id} />;
  if (page === 'blueprints' && id === null) return <Blueprints />;
  if (page === 'groups' && id === null) return <Groups />;
  if (page === 'inbox' && id === null) return <Inbox />;
  if (page === 'schedules' && id === null) return <Schedules />;
  if (page === 'account' && id === null) return <Account />;
  if (page === 'people' && id === null) return <Administration />;
  if (page === 'security' && id === null) return <Security />;
  if (page === 'settings' && id === null) return <Settings />;
  return <Empty icon="search" title={texts.value.notFound} />;
}

// Somebody comes back from the identity provider: what it said is good once, and does not belong into the history.
const returned = returnFromProvider(location);
if (returned) {
  history.replaceState(null, '', '/');
  router.path.value = '/';
}

function App() {
  if (!token.value) return <><SignIn returned={returned} /><Notices /></>;
  return <Shell><Page /></Shell>;
}

// A burst of messages is drawn once a frame, and not at all while nobody looks.
options.debounceRendering = (draw) => requestAnimationFrame(draw);

effect(() => {
  document.documentElement.lang = language.value;
});
theme.start();
router.start();
devices.start();
collections.start();
inbox.start();
automations.start();
security.start();
house.start();
realtime.start(() => void restore());
// A guest comes with a link: /#/guest/CODE.
const guestCode = /^#\/guest\/([\w-]+)$/.exec(location.hash)?.[1];
if (guestCode) {
  history.replaceState(null, '', '/');
  enterAsGuest(guestCode).catch(() => undefined);
}
void restore();
// The server may have been away when the page was opened.
realtime.onMessage('initial', () => {
  if (!user.value) void restore();
});
render(<App />, document.getElementById('app')!);
