// A blueprint as it is being written: what it asks for, and the text that uses it.

import {useEffect, useRef, useState} from 'preact/hooks';
import {ApiError} from '../api.ts';
import {check, find, inputTypes, numberOf, save, tidy, valueOf, type Draft, type Input, type InputType} from '../blueprints.ts';
import {texts} from '../i18n.ts';
import {blueprintTexts} from '../i18n_blueprints.ts';
import {ruleTexts} from '../i18n_rules.ts';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {Icon} from '../parts/icon.tsx';
import {lazy} from '../parts/lazy.tsx';
import {useTitle} from '../parts/title.ts';
import {useUnsavedWarning} from '../parts/unsaved.ts';
import {useCheck, Verdict} from '../parts/verdict.tsx';
import {go} from '../router.ts';

const CodeEditor = lazy(async () => (await import('../parts/code_editor.tsx')).CodeEditor);

const blank: Draft = {
  name: '', description: '', inputs: [{name: 'lamp', label: '', type: 'device'}],
  source: 'local lamp = device(input.lamp)\n\nevery "1h" (function()\n  lamp:toggle()\nend)\n',
};

/** An input keeps its fields when one above it goes. */
type Keyed = Input & {key?: number};
let lastKey = 0;
const keyed = (input: Input): Keyed => ({...input, key: ++lastKey});

const boundOf = (text: string) => (text.trim() === '' ? undefined : numberOf(text));

function InputRow({input, change, onRemove}: {input: Input; change: (part: Partial<Input>) => void; onRemove: () => void}) {
  const t = blueprintTexts.value;
  return (
    <fieldset class="input-row">
      <legend class="unseen">{input.name}</legend>
      <label>{t.inputName}<input required maxLength={50} pattern="[A-Za-z_][A-Za-z0-9_]*" spellcheck={false} autocomplete="off"
        value={input.name} onInput={(event) => change({name: event.currentTarget.value})} /></label>
      <label>{t.inputLabel}<input maxLength={200} autocomplete="off" value={input.label} onInput={(event) => change({label: event.currentTarget.value})} /></label>
      <label>{t.inputType}
        <select value={input.type} onChange={(event) => change({type: event.currentTarget.value as InputType, default: undefined})}>
          {inputTypes.map((one) => <option key={one} value={one}>{t.types[one]}</option>)}
        </select>
      </label>
      {input.type === 'boolean' ? (
        <label>{t.inputDefault}
          <select value={String(input.default ?? '')} onChange={(event) => change({default: valueOf('boolean', event.currentTarget.value)})}>
            <option value="" /><option value="true">{t.yes}</option><option value="false">{t.no}</option>
          </select>
        </label>
      ) : input.type !== 'device' && (
        <label>{t.inputDefault}<input autocomplete="off" defaultValue={String(input.default ?? '')}
          onInput={(event) => change({default: valueOf(input.type, event.currentTarget.value)})} /></label>
      )}
      {input.type === 'number' && (
        <>
          <label>{t.minimum}<input type="number" step="any" defaultValue={input.minimum ?? ''} onInput={(event) => change({minimum: boundOf(event.currentTarget.value)})} /></label>
          <label>{t.maximum}<input type="number" step="any" defaultValue={input.maximum ?? ''} onInput={(event) => change({maximum: boundOf(event.currentTarget.value)})} /></label>
        </>
      )}
      {input.type === 'choice' && (
        <label>{t.options}<input required defaultValue={(input.options ?? []).join(', ')} autocomplete="off"
          onInput={(event) => change({options: event.currentTarget.value.split(',').map((one) => one.trim()).filter(Boolean)})} /></label>
      )}
      <button type="button" class="round" aria-label={t.removeInput(input.name)} title={t.removeInput(input.name)} onClick={onRemove}><Icon name="bin" /></button>
    </fieldset>
  );
}

/** As it goes to the server. */
const sentOf = ({name, description, inputs, source}: Draft): Draft =>
  ({name: name.trim(), description: description.trim(), inputs: inputs.map(tidy), source});

function Editing({id, given}: {id: number | null; given: Draft}) {
  const t = blueprintTexts.value;
  const [first] = useState<Draft>(() => ({...given, inputs: given.inputs.map(keyed)}));
  const [draft, setDraft] = useState(first);
  const [saved, setSaved] = useState<Draft | null>(id === null ? null : first);
  const [problem, setProblem] = useState('');
  const form = useRef<HTMLFormElement>(null);
  const isChanged = draft !== saved;
  /** What stands there now; the page may not be drawn yet. */
  const now = useRef(draft);
  const change = (edit: (before: Draft) => Partial<Draft>) => {
    now.current = {...now.current, ...edit(now.current)};
    setDraft(now.current);
  };
  // A name may be missing as yet, and an input half typed: that is told when it is saved.
  const checked = useCheck(() => {
    const sent = sentOf(draft);
    return check({...sent, name: sent.name || t.create, inputs: sent.inputs.filter(({name, type, options}) => name && (type !== 'choice' || options?.length))});
  }, [draft]);
  useTitle(draft.name || t.create);
  useUnsavedWarning(isChanged);
  const keep = async () => {
    const sent = now.current;
    try {
      const next = await save(id, sentOf(sent));
      setProblem('');
      setSaved(sent);
      if (id === null) go(`/blueprints/${next.id}/edit`);
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : texts.peek().failed);
    }
  };
  /** Without a part, the input goes. */
  const put = (index: number, part: Partial<Input> | null) => change(({inputs}) =>
    ({inputs: inputs.flatMap((one, at) => (at !== index ? [one] : part ? [{...one, ...part}] : []))}));
  return (
    <form ref={form} onSubmit={(event) => { event.preventDefault(); void keep(); }}>
      <header class="title">
        <a class="back" href="/blueprints" aria-label={texts.value.back}><Icon name="back" /></a>
        <div>
          <h1>{id === null ? t.create : draft.name}</h1>
          <p role="status">{isChanged ? ruleTexts.value.unsaved : t.saved}</p>
        </div>
        <button type="submit" class="primary" disabled={!isChanged}>{t.save}</button>
      </header>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <section class="card">
        <div class="fields">
          <label>{t.name}<input required maxLength={100} autocomplete="off" value={draft.name} onInput={({currentTarget: {value}}) => change(() => ({name: value}))} /></label>
          <label>{t.description}<input maxLength={2000} autocomplete="off" value={draft.description} onInput={({currentTarget: {value}}) => change(() => ({description: value}))} /></label>
        </div>
      </section>
      <section class="card" aria-label={t.inputs}>
        <header><h2>{t.inputs}</h2></header>
        {draft.inputs.map((one: Keyed, index) => <InputRow key={one.key} input={one} change={(part) => put(index, part)} onRemove={() => put(index, null)} />)}
        <button type="button" class="secondary" onClick={() => change(({inputs}) => ({inputs: [...inputs, keyed({name: '', label: '', type: 'text'})]}))}>{t.addInput}</button>
      </section>
      <section class="card editor">
        <p class="aside">{t.codeHint}</p>
        <CodeEditor label={t.code} source={given.source} faults={checked?.faults ?? []} onSave={() => form.current?.requestSubmit()}
          onChange={(source) => change(() => ({source}))} />
        <Verdict checked={checked} />
      </section>
    </form>
  );
}

export function BlueprintEditor({id}: {id: number | null}) {
  const [given, setGiven] = useState<Draft | null>(id === null ? blank : null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (id === null) return;
    find(id).then(setGiven, (error) => setProblem(error instanceof ApiError && error.status === 404 ? blueprintTexts.peek().notFound
      : error instanceof ApiError ? error.message : texts.peek().failed));
  }, [id]);
  if (problem) return <Empty icon="search" title={problem}><a href="/blueprints">{texts.value.back}</a></Empty>;
  return given ? <Editing key={id} id={id} given={given} /> : <Skeleton tiles={2} />;
}
