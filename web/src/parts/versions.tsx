// The texts that an automation had: what each differs in from the one that stands in the editor, and a way back.

import {useEffect, useState} from 'preact/hooks';
import {ApiError, request} from '../api.ts';
import {moment, texts} from '../i18n.ts';
import {ruleTexts} from '../i18n_rules.ts';
import {lineDiff} from '../line_diff.ts';

interface Version {
  number: number;
  saved_at: string;
  author: number | null;
  source: string;
}

function Difference({before, after}: {before: string; after: string}) {
  const t = ruleTexts.value;
  const lines = lineDiff(before, after);
  if (lines.every((one) => one.change === 'same')) return <p class="aside">{t.noDifference}</p>;
  const words = {same: '', gone: `${t.changes.gone} `, new: `${t.changes.new} `};
  return (
    <pre class="source" tabIndex={0} aria-label={t.difference}><code>
      {lines.map((one, index) => (
        <span key={index} class={`is-${one.change}`}>
          <i aria-hidden="true">{one.change === 'new' ? '+' : one.change === 'gone' ? '−' : ''}</i>
          {words[one.change] && <b class="unseen">{words[one.change]}</b>}{one.text}{'\n'}
        </span>
      ))}
    </code></pre>
  );
}

/** `saved` changes whenever a new version was made. */
export function Versions({id, saved, source, onTake}: {id: number; saved: string; source: string; onTake: (source: string) => void}) {
  const t = ruleTexts.value;
  const [all, setAll] = useState<Version[] | null>(null);
  const [problem, setProblem] = useState('');
  const [open, setOpen] = useState<number | null>(null);
  useEffect(() => {
    request<{versions: Version[]}>('GET', `/api/automations/${id}/versions`).then((answer) => setAll(answer.versions),
      (error) => setProblem(error instanceof ApiError ? error.message : texts.peek().failed));
  }, [id, saved]);
  return (
    <details class="card fold versions">
      <summary>{t.versions}<span class="count">{all?.length ?? ''}</span></summary>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <ol>
        {(all ?? []).map((one) => (
          <li key={one.number}>
            <div class="row">
              <span><strong>{t.version(one.number)}</strong> <small><time dateTime={one.saved_at}>{moment(one.saved_at)}</time></small></span>
              <button type="button" class="plain" aria-expanded={open === one.number} aria-label={t.differenceTo(one.number)}
                onClick={() => setOpen(open === one.number ? null : one.number)}>{t.difference}</button>
              <button type="button" class="plain" disabled={one.source === source} aria-label={t.takeVersion(one.number)}
                onClick={() => onTake(one.source)}>{t.take}</button>
            </div>
            {open === one.number && <Difference before={one.source} after={source} />}
          </li>
        ))}
      </ol>
    </details>
  );
}
