import {useEffect, useState} from 'preact/hooks';
import {homeTexts} from '../i18n_home.ts';
import {Icon} from './icon.tsx';

const askedFor = 5000;

/** Deletes at the second press only. */
export function Remove({name, onRemove}: {name: string; onRemove: () => void}) {
  const t = homeTexts.value;
  const [isAsked, setAsked] = useState(false);
  useEffect(() => {
    const timer = isAsked ? setTimeout(() => setAsked(false), askedFor) : undefined;
    return () => clearTimeout(timer);
  }, [isAsked]);
  return isAsked
    ? <button type="button" class="quiet is-grave" aria-label={`${t.sure} ${name}`} onClick={() => { setAsked(false); onRemove(); }}>{t.sure}</button>
    : <button type="button" class="round" aria-label={t.removeOne(name)} title={t.remove} onClick={() => setAsked(true)}><Icon name="bin" /></button>;
}
