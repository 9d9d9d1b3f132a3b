// Quick search, opened with `/` or Ctrl+K: rooms' devices and automations by name.

import {signal} from '@preact/signals';
import {useEffect, useState} from 'preact/hooks';
import {automations, refresh, titleOf} from '../automations.ts';
import {all} from '../devices.ts';
import {texts} from '../i18n.ts';
import {go} from '../router.ts';
import {Icon} from './icon.tsx';

interface Hit {
  to: string;
  icon: string;
  name: string;
  where: string;
}

const most = 8;
const isOpen = signal(false);
let dialog: HTMLDialogElement | null = null;

/** At once, so that what is typed next is not lost. */
export function openSearch(): void {
  if (!dialog || dialog.open) return;
  isOpen.value = true;
  dialog.showModal();
  if (automations.peek() === null) refresh().catch(() => undefined);
}

/** Without case and accents: people type `lumiere`. */
const plain = (text: string) => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();

function hits(words: string): Hit[] {
  const found: Hit[] = [
    ...all.value.map((one) => ({to: `/devices/${one.id}`, icon: one.type, name: one.name, where: one.room})),
    ...(automations.value ?? []).map((one) => (
      {to: `/automations/${one.id}`, icon: 'bolt', name: titleOf(one), where: one.name})),
  ];
  const parts = plain(words).split(/\s+/).filter(Boolean);
  return found.filter((hit) => {
    const text = plain(`${hit.name} ${hit.where}`);
    return parts.every((part) => text.includes(part));
  }).slice(0, most);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}

export function Search() {
  const t = texts.value;
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState(0);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const asked = (event.key === 'k' && (event.ctrlKey || event.metaKey)) || (event.key === '/' && !isTyping(event.target));
      if (!asked) return;
      event.preventDefault();
      openSearch();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  const shown = isOpen.value ? hits(words) : [];
  function take(hit: Hit | undefined) {
    if (!hit) return;
    dialog!.close();
    go(hit.to);
  }
  function onClose() {
    isOpen.value = false;
    setWords('');
    setChosen(0);
  }
  function onKeyDown(event: KeyboardEvent) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && shown.length > 0) setChosen((chosen + step + shown.length) % shown.length);
    else if (event.key === 'Enter') take(hits((event.currentTarget as HTMLInputElement).value)[chosen]);
    else return;
    event.preventDefault();
  }
  return (
    <dialog
      ref={(element) => { dialog = element; }} class="search" aria-label={t.search} onClose={onClose}
      onClick={(event) => event.target === dialog && dialog!.close()}
    >
      <div class="field">
        <Icon name="search" />
        <input
          type="text" role="combobox" aria-expanded="true" aria-controls="hits" aria-label={t.search}
          aria-activedescendant={shown[chosen] ? `hit-${chosen}` : undefined}
          placeholder={t.searchHint} value={words} autocomplete="off"
          onInput={(event) => { setWords(event.currentTarget.value); setChosen(0); }} onKeyDown={onKeyDown}
        />
        <button type="button" aria-label={t.back} onClick={() => dialog!.close()}><Icon name="close" /></button>
      </div>
      <ul id="hits" role="listbox" aria-label={t.search}>
        {shown.map((hit, index) => (
          <li
            key={hit.to} id={`hit-${index}`} role="option" aria-selected={index === chosen}
            onMouseEnter={() => setChosen(index)} onClick={() => take(hit)}
          >
            <Icon name={hit.icon} />
            <span>{hit.name}</span>
            <small>{hit.where}</small>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p class="aside">{t.noResult}</p>}
    </dialog>
  );
}
