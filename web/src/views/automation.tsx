import {useEffect, useState} from 'preact/hooks';
import {ApiError} from '../api.ts';
import {find, remove, revision, runsOf, titleOf, type Automation, type Run, type Step} from '../automations.ts';
import {duration, exactMoment, moment, texts} from '../i18n.ts';
import {ruleTexts} from '../i18n_rules.ts';
import {attempt} from '../notices.ts';
import {BlueprintUse} from '../parts/blueprint_use.tsx';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {Hooks} from '../parts/hooks.tsx';
import {Icon} from '../parts/icon.tsx';
import {deviceName, json, Reads} from '../parts/reads.tsx';
import {Remove} from '../parts/remove.tsx';
import {useTitle} from '../parts/title.ts';
import {WhyNot} from '../parts/why_not.tsx';
import {go} from '../router.ts';
import {isAdministrator} from '../session.ts';
import {Actions, Health} from './automations.tsx';

/** What a step did, in words as far as it has any. */
function stepText({kind, what, due}: Step): string {
  if (kind === 'command') {
    const values = what.arguments && Object.keys(what.arguments as object).length > 0 ? ` ${json(what.arguments)}` : '';
    return `${deviceName(what.device)} → ${what.name}${values}`;
  }
  if (kind === 'publish') return `${what.topic} ← ${json(what.payload)}`;
  if (kind === 'log') return json(what.text ?? what);
  if (kind === 'wait' && typeof what.microseconds === 'number')
    return duration(what.microseconds / 1000) + (due ? ` → ${exactMoment(due)}` : '');
  if (kind === 'wait_for')
    return [...(Array.isArray(what.events) ? what.events : []), due ? `→ ${exactMoment(due)}` : ''].join(' ').trim();
  if (kind === 'call') return `${what.module}.${what.function}(${Array.isArray(what.arguments) ? what.arguments.map(json).join(', ') : ''})`;
  if (kind === 'history') return [`${what.function}`, what.attribute, what.state === undefined ? '' : json(what.state), typeof what.microseconds === 'number' ? duration(what.microseconds / 1000) : ''].filter(Boolean).join(' ');
  return json(what);
}

const stepIcons: Record<string, string> = {command: 'power', wait_for: 'wait'};

function StepItem({step, run}: {step: Step; run: Run}) {
  const t = texts.value;
  const after = step.at && run.startedAt ? Date.parse(step.at) - Date.parse(run.startedAt) : null;
  return (
    <li class={!step.ok ? 'is-failed' : step.done ? '' : 'is-open'}>
      <span class="mark"><Icon name={stepIcons[step.kind] ?? step.kind} /></span>
      <div>
        <p><span class="kind">{t.steps[step.kind] ?? step.kind}</span> {stepText(step)}</p>
        {step.result !== null && step.result !== '' && <p class="result">{step.ok ? '= ' : '✗ '}{json(step.result)}</p>}
        <Reads reads={step.reads} />
      </div>
      {after !== null && <time>+{duration(Math.max(0, after))}</time>}
    </li>
  );
}

const looks: Record<string, string> = {failed: 'is-failed', 'over-budget': 'is-failed', cancelled: 'is-idle', waiting: 'is-idle', running: 'is-idle'};

function RunItem({run, isFirst}: {run: Run; isFirst?: boolean}) {
  const t = texts.value;
  const trigger = typeof run.event.kind === 'string' ? t.triggers[run.event.kind] ?? run.event.kind : '';
  return (
    <details class="run" open={isFirst}>
      <summary>
        <span class={`pill ${looks[run.state] ?? ''}`}>{t.runStates[run.state] ?? run.state}</span>
        <span class="what"><strong>{run.rule}</strong><small>{trigger}</small></span>
        <span class="when">
          {run.startedAt && <time dateTime={run.startedAt}>{exactMoment(run.startedAt)}</time>}
          {run.milliseconds !== null && <small>{duration(run.milliseconds)}</small>}
        </span>
      </summary>
      {run.error && <p class="problem">{run.error}</p>}
      {run.steps.length > 0
        ? <ol class="timeline">{run.steps.map((step) => <StepItem key={step.number} step={step} run={run} />)}</ol>
        : !run.error && <p class="aside">{t.noSteps}</p>}
      {run.stepCount > run.steps.length && <p class="aside">{t.moreSteps(run.stepCount - run.steps.length)}</p>}
    </details>
  );
}

function Source({automation, lines}: {automation: Automation; lines: Set<number>}) {
  const t = texts.value;
  return (
    <section class="card">
      <header><h2>{t.source}</h2><span class="count">{automation.kind === 'database' ? '' : `${automation.file} · ${t.readOnly}`}</span></header>
      <pre class="source" tabIndex={0} aria-label={t.source}><code>
        {automation.source.replace(/\n$/, '').split('\n').map((line, index) => (
          <span key={index} id={`line-${index + 1}`} class={lines.has(index + 1) ? 'is-failed' : ''}>
            <i aria-hidden="true">{index + 1}</i>{line}{'\n'}
          </span>
        ))}
      </code></pre>
    </section>
  );
}

export function AutomationPage({id}: {id: number}) {
  const t = texts.value;
  const [automation, setAutomation] = useState<Automation | null>(null);
  const [runs, setRuns] = useState<Run[]>([]);
  const [problem, setProblem] = useState('');
  useTitle(automation ? titleOf(automation) : '');
  useEffect(() => {
    let current = true;
    Promise.all([find(id), runsOf(id)]).then(
      ([one, list]) => { if (current) { setAutomation(one); setRuns(list); setProblem(''); } },
      (error) => {
        if (!current) return;
        setProblem(error instanceof ApiError ? (error.status === 404 ? t.automationNotFound : error.message) : t.failed);
      },
    );
    return () => { current = false; };
  }, [id, revision.value]);

  if (!automation)
    return problem ? <Empty icon="search" title={problem}><a href="/automations">{t.back}</a></Empty> : <Skeleton tiles={2} />;
  const {error, line, disabledReason} = automation;
  const newest = runs[0] ?? automation.lastRun;
  const lines = new Set([line, ...runs.slice(0, 1).map((run) => run.line)].filter((one) => one > 0));
  return (
    <>
      <header class="title">
        <a class="back" href="/automations" aria-label={t.back}><Icon name="back" /></a>
        <div>
          <h1>{titleOf(automation)}</h1>
          <p>
            <Health automation={automation} />{' '}
            {newest?.startedAt ? t.labelled(t.lastRun, moment(newest.startedAt)) : t.neverRan}
          </p>
        </div>
        {isAdministrator.value && automation.kind === 'database' && (
          <>
            <a class="round" href={`/automations/${id}/edit`} aria-label={ruleTexts.value.edit} title={ruleTexts.value.edit}><Icon name="edit" /></a>
            <Remove name={titleOf(automation)} onRemove={() => attempt(remove(id).then(() => go('/automations')))} />
          </>
        )}
        <Actions automation={automation} />
      </header>
      {problem && <p class="problem" role="alert">{problem}</p>}
      {(error || disabledReason) && (
        <p class="problem" role="alert">
          {disabledReason && `${t.labelled(t.stoppedByServer, disabledReason)} `}
          {error}{line > 0 && <>{' '}<a href={`#line-${line}`}>{t.line(line)}</a></>}
        </p>
      )}
      <BlueprintUse automation={id} />
      <section class="card">
        <h2>{t.runs}</h2>
        {runs.length === 0 && <p class="aside">{t.noRuns}</p>}
        {runs.map((run, index) => <RunItem key={run.id} run={run} isFirst={index === 0} />)}
      </section>
      <WhyNot id={id} />
      {isAdministrator.value && automation.rules.some((rule) => rule.triggers.includes('webhook')) && <Hooks automation={id} />}
      <Source automation={automation} lines={lines} />
    </>
  );
}
