// A question in front of the page; closed with Escape, the button, or a press beside it.

import type {ComponentChildren} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {ApiError} from '../api.ts';
import {texts} from '../i18n.ts';
import {homeTexts} from '../i18n_home.ts';

export function Dialog({title, onClose, onSubmit, submit, children}: {
  title: string; onClose: () => void; onSubmit: (fields: FormData) => Promise<unknown>; submit?: string; children: ComponentChildren;
}) {
  const t = homeTexts.value;
  // A notice at the edge of the page would stand behind the dialog.
  const [problem, setProblem] = useState('');
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    const before = document.activeElement;
    element.showModal();
    return () => { if (before instanceof HTMLElement) before.focus(); };
  }, []);
  return (
    <dialog ref={dialog} class="dialog" aria-label={title} onClose={onClose} onClick={(event) => event.target === dialog.current && onClose()}>
      <form onSubmit={(event) => {
        event.preventDefault();
        onSubmit(new FormData(event.currentTarget)).then(onClose, (error) => {
          setProblem(error instanceof ApiError ? error.message : texts.peek().failed);
        });
      }}>
        <h2>{title}</h2>
        <div class="fields">{children}</div>
        {problem && <p class="problem" role="alert">{problem}</p>}
        <footer>
          <button type="button" class="plain" onClick={onClose}>{t.cancel}</button>
          <button type="submit" class="primary">{submit ?? t.save}</button>
        </footer>
      </form>
    </dialog>
  );
}
