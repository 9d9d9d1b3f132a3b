// Texts, and commands that the dashboard has no words for.

import {useState} from 'preact/hooks';
import type {Form} from '../../controls.ts';
import {commandName} from '../../device_words.ts';
import {deviceTexts} from '../../i18n_devices.ts';
import type {Plain} from '../../types.ts';

export function TextField({id, name, form, value, onSet}: {
  id: string; name: string; form: Form & {kind: 'text'}; value: Plain; onSet: (next: string) => void;
}) {
  const t = deviceTexts.value;
  const [draft, setDraft] = useState<string | null>(null);
  const shown = draft ?? (typeof value === 'string' ? value : '');
  return (
    <form class="field" onSubmit={(event) => {
      event.preventDefault();
      // What stands in the field, also when it was typed since the page was drawn.
      onSet((event.currentTarget.elements[0] as HTMLInputElement).value);
      setDraft(null);
    }}>
      <input id={id} type={form.isSecret ? 'password' : 'text'} autocomplete="off" maxLength={form.longest} value={shown}
        onInput={(event) => setDraft(event.currentTarget.value)} />
      <button type="submit" class="secondary" aria-label={t.sendOne(name)}>{t.send}</button>
    </form>
  );
}

export function RawCommand({id, command, onSend}: {id: string; command: string; onSend: (values: Record<string, Plain> | null) => void}) {
  const t = deviceTexts.value;
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  function submit(event: Event & {currentTarget: HTMLFormElement}) {
    event.preventDefault();
    const typed = (event.currentTarget.elements[0] as HTMLInputElement).value.trim();
    try {
      const values = typed ? JSON.parse(typed) as Record<string, Plain> : null;
      if (values !== null && (typeof values !== 'object' || Array.isArray(values))) throw new Error();
      setProblem('');
      onSend(values);
    } catch {
      setProblem(t.badArguments);
    }
  }
  return (
    <form class="field" onSubmit={submit}>
      <input id={id} type="text" autocomplete="off" spellcheck={false} placeholder="{ }" value={text} aria-label={t.argumentsOf(commandName(command))}
        aria-invalid={problem !== ''} onInput={(event) => setText(event.currentTarget.value)} />
      <button type="submit" class="secondary" aria-label={t.sendOne(commandName(command))}>{t.send}</button>
      {problem && <small role="alert" class="outcome is-lost">{problem}</small>}
    </form>
  );
}
