// The addresses that start an automation when somebody calls them, and their secrets.

import {useState} from 'preact/hooks';
import {request} from '../api.ts';
import {blueprintTexts} from '../i18n_blueprints.ts';
import {notify} from '../notices.ts';
import {useLoaded} from './loaded.ts';

interface Hook {
  name: string;
  method: string;
  auth: 'token' | 'hmac';
  path: string;
  secret: string | null;
}

function Row({hook, onRenew}: {hook: Hook; onRenew: () => void}) {
  const t = blueprintTexts.value;
  const [isShown, setShown] = useState(false);
  const address = location.origin + hook.path;
  return (
    <li>
      <span class="what">
        <strong>{hook.method} {address}</strong>
        <small>{t.auth[hook.auth]}</small>
        {isShown && <code aria-label={t.secret}>{hook.secret ?? '…'}</code>}
      </span>
      <span class="buttons">
        <button type="button" class="plain" aria-label={t.copyAddress(hook.name)}
          onClick={() => navigator.clipboard.writeText(address).then(() => notify(t.copied), () => undefined)}>{t.copy}</button>
        <button type="button" class="plain" aria-label={isShown ? t.hide : t.showSecret(hook.name)} onClick={() => setShown(!isShown)}>{isShown ? t.hide : t.show}</button>
        <button type="button" class="plain" aria-label={t.renewSecretOf(hook.name)} onClick={onRenew}>{t.renewSecret}</button>
      </span>
    </li>
  );
}

/** Nothing when the automation has none. Only for those who may change it: the secrets are theirs. */
export function Hooks({automation}: {automation: number}) {
  const t = blueprintTexts.value;
  const [answer, change] = useLoaded<{hooks: Hook[]}>(`/api/automations/${automation}/hooks`);
  if (!answer || answer.hooks.length === 0) return null;
  return (
    <section class="card">
      <h2>{t.hooks}</h2>
      <p class="aside">{t.hooksHint}</p>
      <ul class="skips">
        {answer.hooks.map((hook) => (
          <Row key={`${hook.method} ${hook.name}`} hook={hook}
            onRenew={() => void change(() => request('POST', `/api/automations/${automation}/hooks/${encodeURIComponent(hook.name)}/renew`))} />
        ))}
      </ul>
    </section>
  );
}
