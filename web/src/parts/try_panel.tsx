// Tries a text in a simulated house: its own tests, a trigger by hand, or what was recorded; and compares with the text that is saved.

import {useEffect, useRef, useState} from 'preact/hooks';
import {ApiError, isGivenUp, type Patience} from '../api.ts';
import {compared, longestSimulation, runTests, shareDone, simulations, tryDraft, trySaved, type DryRun, type Effect, type TestResult} from '../drafts.ts';
import {exactMoment, moment, texts} from '../i18n.ts';
import {ruleTexts} from '../i18n_rules.ts';
import {Icon} from './icon.tsx';

const hour = 3_600_000;
const mostShown = 200;
const lookAgain = 1000; // milliseconds

type Shown = {kind: 'tests'; tests: TestResult[]} | {kind: 'run'; now: DryRun; before: DryRun | null};

function effectText({kind, target, name, arguments: values}: Effect): string {
  const said = values && typeof values === 'object' && Object.keys(values).length > 0 ? ` ${JSON.stringify(values)}` : '';
  return [target || kind, name ? `→ ${name}` : ''].filter(Boolean).join(' ') + said;
}

function Tests({tests}: {tests: TestResult[]}) {
  const t = ruleTexts.value;
  if (tests.length === 0) return <p class="aside">{t.noTests}</p>;
  return (
    <>
      <p><strong>{t.passed(tests.filter((one) => one.passed).length, tests.length)}</strong></p>
      <ol class="timeline">
        {tests.map((one) => (
          <li key={one.name} class={one.passed ? '' : 'is-failed'}>
            <span class="mark"><Icon name={one.passed ? 'check' : 'close'} /></span>
            <div><p>{one.name}</p>{one.message && <p class="result">{one.message}</p>}</div>
            <time>{texts.value.line(one.line)}</time>
          </li>
        ))}
      </ol>
    </>
  );
}

function Report({now, before}: {now: DryRun; before: DryRun | null}) {
  const t = ruleTexts.value;
  const rows = compared(before ? before.effects : now.effects, now.effects);
  const differs = rows.filter((one) => one.change !== 'same').length;
  return (
    <>
      <p><strong>{t.effects(now.effects.length)}</strong>{before && ` · ${differs === 0 ? t.changes.same : `± ${differs}`}`}</p>
      {rows.length === 0 && <p class="aside">{t.noEffects}</p>}
      <ol class="effects">
        {rows.slice(0, mostShown).map(({effect, change}, index) => (
          <li key={index} class={`is-${change}`}>
            <time dateTime={effect.at}>{moment(effect.at)}</time>
            <span>{effectText(effect)}<small>{effect.rule}</small></span>
            {before && <span class={`pill ${change === 'gone' ? 'is-failed' : change === 'same' ? 'is-idle' : ''}`}>{t.changes[change]}</span>}
          </li>
        ))}
      </ol>
      {rows.length > mostShown && <p class="aside">{t.moreEffects(rows.length - mostShown)}</p>}
      {now.not_run.length > 0 && (
        <details class="fold">
          <summary>{t.notRun}<span class="count">{now.not_run.length}</span></summary>
          <ul class="skips">
            {now.not_run.slice(0, mostShown).map((one, index) => (
              <li key={index}>
                <span class="what"><strong>{one.rule}</strong><small>{one.reason}</small></span>
                <span class="when"><time dateTime={one.at}>{exactMoment(one.at)}</time><small>{texts.value.triggers[one.trigger] ?? one.trigger}</small></span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** That the server works, how far it has come, and a way to end it. `asked` = simulations that were asked for. */
function Working({asked, onCancel}: {asked: number; onCancel: () => void}) {
  const t = ruleTexts.value;
  const [share, setShare] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      simulations().then((listed) => setShare((before) => Math.max(before, shareDone(listed, asked))), () => {});
    }, lookAgain);
    return () => clearInterval(timer);
  }, [asked]);
  return (
    <div class="working" role="status">
      <span>{t.simulating}</span>
      <progress max={1} value={share > 0 ? share : undefined} aria-label={t.simulating} />
      <button type="button" class="secondary" onClick={onCancel}>{t.endSimulation}</button>
    </div>
  );
}

export function TryPanel({id, name, source}: {id: number | null; name: string; source: string}) {
  const t = ruleTexts.value;
  const [shown, setShown] = useState<Shown | null>(null);
  const [problem, setProblem] = useState('');
  const [asked, setAsked] = useState(0);
  const isBusy = asked > 0;
  const control = useRef<AbortController | null>(null);
  useEffect(() => () => control.current?.abort(), []);
  const [span, setSpan] = useState(24);
  const [compares, setCompares] = useState(true);
  function start(count: number, what: (patience: Patience) => Promise<Shown>): void {
    const mine = new AbortController();
    control.current = mine;
    setAsked(count);
    setProblem('');
    what({signal: mine.signal, limit: longestSimulation}).then(setShown, (error) => {
      mine.abort(); // the other one of two is of no use alone
      setShown(null);
      if (!isGivenUp(error)) setProblem(error instanceof ApiError ? error.message : texts.peek().failed);
    }).finally(() => setAsked(0));
  }
  const run = (from: string | null) => {
    const saved = id !== null && compares && from ? id : null;
    start(saved === null ? 1 : 2, async (patience) => {
      const [now, before] = await Promise.all([tryDraft(name, source, from, patience), saved === null ? null : trySaved(saved, from, patience)]);
      return {kind: 'run', now, before};
    });
  };
  return (
    <section class="card try" aria-label={t.tryOut}>
      <header><h2>{t.tryOut}</h2><span class="count">{t.tryHint}</span></header>
      <div class="actions">
        <button type="button" class="secondary" disabled={isBusy} onClick={() => start(1, async (patience) => ({kind: 'tests', tests: (await runTests(name, source, patience)).tests}))}>{t.tests}</button>
        <button type="button" class="secondary" disabled={isBusy} onClick={() => run(null)}>{t.byHand}</button>
        <button type="button" class="secondary" disabled={isBusy} onClick={() => run(new Date(Date.now() - span * hour).toISOString())}>{t.replay}</button>
        <label class="since">{t.since}
          <select value={span} onChange={(event) => setSpan(Number(event.currentTarget.value))}>
            {Object.entries(t.spans).map(([hours, label]) => <option key={hours} value={hours}>{label}</option>)}
          </select>
        </label>
      </div>
      {id !== null && (
        <label class="check"><input type="checkbox" checked={compares} onChange={(event) => setCompares(event.currentTarget.checked)} />{t.compare}</label>
      )}
      <div aria-live="polite" aria-busy={isBusy}>
        {isBusy && <Working asked={asked} onCancel={() => control.current?.abort()} />}
        {problem && <p class="problem" role="alert">{problem}</p>}
        {!isBusy && shown?.kind === 'tests' && <Tests tests={shown.tests} />}
        {!isBusy && shown?.kind === 'run' && <Report now={shown.now} before={shown.before} />}
      </div>
    </section>
  );
}
