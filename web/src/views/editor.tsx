// An automation as it is being written: step by step, or as a text. Both say the same; the text is what is saved.

import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {ApiError} from '../api.ts';
import {find} from '../automations.ts';
import {check, save} from '../drafts.ts';
import {texts} from '../i18n.ts';
import {ruleTexts} from '../i18n_rules.ts';
import {notify} from '../notices.ts';
import {Builder} from '../parts/builder.tsx';
import {Choice} from '../parts/choice.tsx';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {Icon} from '../parts/icon.tsx';
import {lazy} from '../parts/lazy.tsx';
import {useTitle} from '../parts/title.ts';
import {TryPanel} from '../parts/try_panel.tsx';
import {useUnsavedWarning} from '../parts/unsaved.ts';
import {useCheck, Verdict} from '../parts/verdict.tsx';
import {Versions} from '../parts/versions.tsx';
import {go} from '../router.ts';
import type {Rule} from '../rule_model.ts';
import {readRule} from '../rule_reader.ts';
import {writeRule} from '../rule_writer.ts';

const CodeEditor = lazy(async () => (await import('../parts/code_editor.tsx')).CodeEditor);

type Form = 'guided' | 'text';

const blank = (name: string): Rule => ({name, triggers: [], conditions: [], mode: '', actions: []});

function Editing({id, given}: {id: number | null; given: {name: string; source: string}}) {
  const t = ruleTexts.value;
  const [name, setName] = useState(given.name);
  const [source, setShown] = useState(given.source);
  /** What stands there now; the page may not be drawn yet. */
  const now = useRef(given.source);
  const setSource = (next: string) => {
    now.current = next;
    setShown(next);
  };
  const change = (edit: (before: Rule) => Rule) => {
    const before = readRule(now.current);
    if (before) setSource(writeRule(edit(before)));
  };
  const [saved, setSaved] = useState(given.source);
  const [savedName, setSavedName] = useState(given.name);
  const [form, setForm] = useState<Form>(readRule(given.source) ? 'guided' : 'text');
  const [isBusy, setBusy] = useState(false);
  /** Counts texts that came from elsewhere: the editor begins anew with them. */
  const [taken, setTaken] = useState(0);
  const checked = useCheck(() => check(name, source), [name, source]);
  const rule = useMemo(() => readRule(source), [source]);
  const isChanged = source !== saved || name.trim() !== savedName || id === null;
  /** A text is judged when there is something to judge. */
  const isBegun = id !== null || name.trim() !== '' || source !== given.source;
  useTitle(name || t.create);
  useUnsavedWarning(isChanged);
  const keep = async () => {
    setBusy(true);
    try {
      const sent = now.current;
      const next = await save(id, name.trim(), sent);
      setSaved(sent);
      setSavedName(name.trim());
      if (id === null) go(`/automations/${next}/edit`);
    } catch (error) {
      notify(error instanceof ApiError ? error.message : texts.peek().failed);
    } finally {
      setBusy(false);
    }
  };
  // A key in the editor saves what stands there now.
  const latest = useRef(keep);
  latest.current = keep;
  /** An older text takes the place of what stands there; it is saved by the person. */
  const take = (older: string) => {
    setSource(older);
    setTaken((count) => count + 1);
  };
  const rename = (next: string) => {
    setName(next);
    // Later the rule keeps its name: what it remembers between runs is filed under it.
    if (form === 'guided' && id === null) change((before) => ({...before, name: next}));
  };
  return (
    <>
      <header class="title">
        <a class="back" href={id === null ? '/automations' : `/automations/${id}`} aria-label={texts.value.back}><Icon name="back" /></a>
        <div>
          <h1>{id === null ? t.create : savedName}</h1>
          <p role="status">{isChanged ? t.unsaved : t.saved}</p>
        </div>
        <button type="button" class="primary" disabled={isBusy || name.trim() === '' || !isChanged} onClick={() => void keep()}>{t.save}</button>
      </header>
      <section class="card editor">
        <div class="editor-head">
          <label>{t.name}<input type="text" maxLength={100} value={name} onInput={(event) => rename(event.currentTarget.value)} /></label>
          <Choice<Form> label={t.form} value={form} onChoose={setForm} options={[['guided', t.guided], ['text', t.text]]} />
        </div>
        {form === 'guided' && !rule && <p class="aside">{t.notGuided}</p>}
        {form === 'guided' && rule && (
          <>
            <Builder rule={rule} onChange={change} />
            <details class="fold" open>
              <summary>{t.written}</summary>
              <pre class="source" tabIndex={0} aria-label={t.written}><code>
                {source.replace(/\n$/, '').split('\n').map((line, index) => <span key={index}><i aria-hidden="true">{index + 1}</i>{line}{'\n'}</span>)}
              </code></pre>
            </details>
          </>
        )}
        {form === 'text' && <CodeEditor key={taken} label={t.code} source={source} faults={checked?.faults ?? []} onChange={setSource} onSave={() => void latest.current()} />}
        {isBegun ? <Verdict checked={checked} /> : <p class="verdict" role="status">{t.begin}</p>}
      </section>
      <TryPanel id={id} name={name} source={source} />
      {id !== null && <Versions id={id} saved={saved} source={source} onTake={take} />}
    </>
  );
}

export function EditorPage({id}: {id: number | null}) {
  const t = texts.value;
  const [given, setGiven] = useState<{name: string; source: string} | null>(id === null ? {name: '', source: writeRule(blank(''))} : null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (id === null) return;
    find(id).then((one) => setGiven({name: one.name, source: one.source}),
      (error) => setProblem(error instanceof ApiError && error.status === 404 ? t.automationNotFound : t.failed));
  }, [id]);
  if (problem) return <Empty icon="search" title={problem}><a href="/automations">{t.back}</a></Empty>;
  return given ? <Editing id={id} given={given} /> : <Skeleton tiles={2} />;
}
