// Whether a text of rules loads, and if not, where it is wrong: asked while somebody writes.

import {useEffect, useState} from 'preact/hooks';
import {ApiError} from '../api.ts';
import type {Checked} from '../drafts.ts';
import {texts} from '../i18n.ts';
import {ruleTexts} from '../i18n_rules.ts';
import {Icon} from './icon.tsx';

const checkPause = 500;

export function Verdict({checked}: {checked: Checked | null}) {
  const t = ruleTexts.value;
  if (!checked) return <p class="verdict" role="status">{t.checking}</p>;
  if (!checked.problem) return <p class="verdict is-fine" role="status"><Icon name="check" />{t.fine(checked.rules.length)}</p>;
  return (
    <p class="verdict is-bad" role="alert">
      <Icon name="alert" />
      {checked.faults.length === 0 ? checked.problem
        : checked.faults.map((one) => <span key={one.message}><b>{t.fault(one.line, one.column)}</b>{' '}{one.message}</span>)}
    </p>
  );
}

/** What is checked is what was typed last, when the hands rest. */
export function useCheck(ask: () => Promise<Checked>, changed: unknown[]): Checked | null {
  const [checked, setChecked] = useState<Checked | null>(null);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      ask().then((next) => current && setChecked(next), (error) => {
        if (current) setChecked({rules: [], problem: error instanceof ApiError ? error.message : texts.peek().failed, faults: []});
      });
    }, checkPause);
    return () => { current = false; clearTimeout(timer); };
  }, changed);
  return checked;
}
