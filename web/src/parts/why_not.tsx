// Why the rules of an automation do not run: what the server finds out when somebody asks, and the triggers that it turned away.

import {useEffect, useState} from 'preact/hooks';
import {request} from '../api.ts';
import {revision, type Read} from '../automations.ts';
import {exactMoment, texts} from '../i18n.ts';
import {ruleTexts} from '../i18n_rules.ts';
import {explain} from './loaded.ts';
import {Reads} from './reads.tsx';

interface Reason {
  code: string;
  text: string;
}

interface Condition {
  clause: string;
  depth: number;
  /** null = it cannot be told. */
  holds: boolean | null;
  error: string | null;
  read: Read[];
}

interface NotRun {
  trigger: string;
  code: string;
  reason: string;
  at: string | null;
  read: Read[];
}

interface RuleAnswer {
  rule: string;
  causes: Reason[];
  triggers: {kind: string; what: string; reasons: Reason[]}[];
  /** null = the script host did not answer. */
  conditions: Condition[] | null;
  not_run: NotRun[];
}

interface Answer {
  causes: Reason[];
  rules: RuleAnswer[];
}

function Conditions({conditions}: {conditions: Condition[]}) {
  const t = ruleTexts.value;
  return (
    <>
      <h3>{t.conditionsNow}</h3>
      <ul class="skips" aria-label={t.conditionsNow}>
        {conditions.map((condition, index) => (
          <li key={index} class={condition.depth > 0 ? 'is-inner' : ''}>
            <span class="what"><code>{condition.clause}</code>{condition.error && <small>{condition.error}</small>}
              <Reads reads={condition.read} /></span>
            <span class="when">
              {condition.holds === null ? t.unknown : condition.holds ? t.holdsNow : t.failsNow}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Rule({answer, known}: {answer: RuleAnswer; known: Reason[]}) {
  const t = ruleTexts.value;
  const first = answer.causes[0];
  /** What stands above and below this list. */
  const elsewhere = new Set([...known, ...answer.triggers.flatMap((trigger) => trigger.reasons)].map((one) => one.text)
    .concat(answer.not_run.map((skip) => skip.reason)));
  const rest = answer.causes.slice(1).filter((one) => !elsewhere.has(one.text) && !one.code.startsWith('condition_'));
  return (
    <details class="fold" open>
      <summary><span class="what"><strong>{answer.rule}</strong>{first && <small>{first.text}</small>}
        {rest.map((one, index) => <small key={index} data-code={one.code}>{one.text}</small>)}</span></summary>
      <h3>{t.triggersNow}</h3>
      <ul class="skips" aria-label={t.triggersNow}>
        {answer.triggers.map((trigger, index) => (
          <li key={index}>
            <span class="what"><code>{trigger.what}</code>
              {trigger.reasons.map((reason, place) => <small key={place} data-code={reason.code}>{reason.text}</small>)}</span>
            <span class="when"><small>{texts.value.triggers[trigger.kind] ?? trigger.kind}</small></span>
          </li>
        ))}
      </ul>
      {answer.conditions && answer.conditions.length > 0 && <Conditions conditions={answer.conditions} />}
      {answer.not_run.length > 0 && (
        <>
          <h3>{t.turnedAway}</h3>
          <ul class="skips" aria-label={t.turnedAway}>
            {answer.not_run.map((skip, index) => (
              <li key={index}>
                <span class="what"><small data-code={skip.code}>{skip.reason}</small><Reads reads={skip.read} /></span>
                <span class="when">{skip.at && <time dateTime={skip.at}>{exactMoment(skip.at)}</time>}
                  <small>{texts.value.triggers[skip.trigger] ?? skip.trigger}</small></span>
              </li>
            ))}
          </ul>
        </>
      )}
    </details>
  );
}

export function WhyNot({id}: {id: number}) {
  const t = ruleTexts.value;
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let current = true;
    request<Answer>('GET', `/api/automations/${id}/why`).then((told) => { if (current) setAnswer(told); }, explain);
    return () => { current = false; };
  }, [id, asked, revision.value]);
  return (
    <section class="card why" aria-label={texts.value.notRun}>
      <header>
        <h2>{texts.value.notRun}</h2>
        <button type="button" class="secondary" onClick={() => setAsked(asked + 1)}>{t.askAgain}</button>
      </header>
      {answer?.causes.map((cause, index) => <p key={index} class="aside" data-code={cause.code}>{cause.text}</p>)}
      {answer?.rules.map((rule) => <Rule key={rule.rule} answer={rule} known={answer.causes} />)}
    </section>
  );
}
