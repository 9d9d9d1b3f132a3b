import {useEffect, useState} from 'preact/hooks';
import {ApiError} from '../api.ts';
import {automations, disable, enable, isTroubled, refresh, revision, runNow, titleOf, type Automation} from '../automations.ts';
import {duration, moment, texts} from '../i18n.ts';
import {blueprintTexts} from '../i18n_blueprints.ts';
import {ruleTexts} from '../i18n_rules.ts';
import {attempt} from '../notices.ts';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {Exchange} from '../parts/exchange.tsx';
import {Icon} from '../parts/icon.tsx';
import {Switch} from '../parts/switch.tsx';
import {useTitle} from '../parts/title.ts';
import {UpcomingWeek} from '../parts/upcoming.tsx';
import {isAdministrator} from '../session.ts';

/** How well an automation is, in one word; `isQuiet` says nothing when all is well. */
export function Health({automation, isQuiet}: {automation: Automation; isQuiet?: boolean}) {
  const t = texts.value;
  const [word, look] = automation.state === 'failed' || automation.error ? ['failed', 'is-failed']
    : automation.disabledReason ? ['disabled', 'is-failed']
    : !automation.enabled ? ['disabled', 'is-idle']
    : automation.state === 'loading' ? ['loading', 'is-idle']
    : isTroubled(automation) ? ['troubled', 'is-failed'] : ['active', ''];
  if (isQuiet && word === 'active') return null;
  return <span class={`pill ${look}`}>{t.health[word]}</span>;
}

export function Actions({automation}: {automation: Automation}) {
  const t = texts.value;
  if (!isAdministrator.value) return null;
  const {id, enabled} = automation;
  const name = titleOf(automation);
  return (
    <>
      <button
        type="button" class="round" aria-label={t.run(name)} title={t.runNow} disabled={!enabled || automation.state !== 'active'}
        onClick={() => attempt(runNow(id))}
      >
        <Icon name="play" />
      </button>
      <Switch
        checked={enabled} label={name} hint={enabled ? t.disable(name) : t.enable(name)}
        onToggle={() => attempt(enabled ? disable(id) : enable(id))}
      />
    </>
  );
}

function outcome(automation: Automation): string {
  const t = texts.value;
  if (automation.error) return automation.error;
  if (automation.running > 0) return t.runStates.running;
  const run = automation.lastRun;
  if (!run) return t.neverRan;
  const parts = [t.runStates[run.state] ?? run.state];
  if (run.startedAt) parts.push(moment(run.startedAt));
  if (run.milliseconds !== null) parts.push(duration(run.milliseconds));
  return parts.join(' · ');
}

function Row({automation}: {automation: Automation}) {
  return (
    <li class={`card rule ${automation.enabled ? '' : 'is-disabled'}`}>
      <a href={`/automations/${automation.id}`}>
        <strong>{titleOf(automation)}</strong>
        <small class={automation.error ? 'is-error' : ''}>{outcome(automation)}</small>
      </a>
      <Health automation={automation} isQuiet />
      <Actions automation={automation} />
    </li>
  );
}

export function Automations() {
  const t = texts.value;
  const [problem, setProblem] = useState('');
  useTitle(t.automations);
  useEffect(() => {
    refresh().then(() => setProblem(''), (error) => setProblem(error instanceof ApiError ? error.message : t.failed));
  }, [revision.value]);
  const all = automations.value;
  return (
    <>
      <header class="title">
        <h1>{t.automations}</h1>
        <div />
        {isAdministrator.value && <a class="primary button" href="/automations/new">{ruleTexts.value.create}</a>}
      </header>
      <div class="actions">
        <a class="secondary button" href="/blueprints">{blueprintTexts.value.blueprints}</a>
        {isAdministrator.value && <Exchange />}
      </div>
      {problem && <p class="problem" role="alert">{problem}</p>}
      {!all && !problem && <Skeleton tiles={3} />}
      {all?.length === 0 && <Empty icon="bolt" title={t.noAutomations}>{t.noAutomationsHint}</Empty>}
      {all && all.length > 0 && <UpcomingWeek />}
      {all && all.length > 0 && <ul class="rules">{all.map((one) => <Row key={one.id} automation={one} />)}</ul>}
    </>
  );
}
