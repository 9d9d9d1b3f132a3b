import {render} from 'preact';
import {useEffect, useState} from 'preact/hooks';
import {token} from './api.ts';
import * as devices from './devices.ts';
import {language, setLanguage, texts} from './i18n.ts';
import {Notices, Shell} from './parts/shell.tsx';
import * as realtime from './realtime.ts';
import * as router from './router.ts';
import {restore} from './session.ts';
import {AutomationPage} from './views/automation.tsx';
import {Automations} from './views/automations.tsx';
import {DevicePage} from './views/device.tsx';
import {Rooms} from './views/rooms.tsx';
import {applyTheme, Settings} from './views/settings.tsx';
import {SignIn} from './views/sign_in.tsx';

function Page() {
  const path = router.path.value;
  const [, first, second] = path.split('/');
  if (path === '/') return <Rooms />;
  if (first === 'devices' && second) return <DevicePage key={second} id={Number(second)} />;
  if (first === 'automations' && second) return <AutomationPage key={second} id={Number(second)} />;
  if (first === 'automations') return <Automations />;
  if (first === 'settings') return <Settings />;
  return <p class="empty">{texts.value.notFound}</p>;
}

function App() {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    void restore().finally(() => setReady(true));
  }, []);
  if (!ready) return null;
  if (!token.value) return <><SignIn /><Notices /></>;
  return <Shell><Page /></Shell>;
}

setLanguage(language.peek());
applyTheme();
router.start();
devices.start();
realtime.start();
render(<App />, document.getElementById('app')!);
