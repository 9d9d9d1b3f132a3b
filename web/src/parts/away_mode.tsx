// While nobody is home: a switch, and what it does within the hour. Nothing for people who may not see it, or where
// the server has no such plugin.

import {useEffect, useState} from 'preact/hooks';
import {loadAwayMode, setAwayMode, type AwayMode as State} from '../away.ts';
import {timeFormat} from '../i18n.ts';
import {timeTexts} from '../i18n_times.ts';
import {attempt} from '../notices.ts';
import {Switch} from './switch.tsx';

const shown = 5;

export function AwayMode() {
  const t = timeTexts.value;
  const [state, setState] = useState<State | null>(null);
  useEffect(() => {
    const load = () => void loadAwayMode().then(setState, () => undefined);
    load();
    const timer = setInterval(load, 60_000);
    return () => clearInterval(timer);
  }, []);
  if (!state) return null;
  const time = timeFormat({hour: '2-digit', minute: '2-digit'});
  const next = state.next.slice(0, shown).map((one) => `${time.format(new Date(one.at))} ${one.name} ${t.awayActions[one.action]}`);
  return (
    <section class="card rule" aria-labelledby="away">
      <div>
        <strong id="away">{t.away}</strong>
        <small>{t.awayHint}</small>
        {state.enabled && <small>{next.length ? next.join(' · ') : t.awayNothing}</small>}
      </div>
      <Switch checked={state.enabled} label={t.away} onToggle={() => attempt(setAwayMode(!state.enabled).then(setState))} />
    </section>
  );
}
