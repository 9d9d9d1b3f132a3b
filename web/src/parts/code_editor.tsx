// A text editor for Lua: colours, completion of devices and of the language, errors where they are. It stands in a shadow root, because
// only there its style sheets fit the content security policy of the page.

import {acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap} from '@codemirror/autocomplete';
import {defaultKeymap, history, historyKeymap, indentWithTab} from '@codemirror/commands';
import {bracketMatching, HighlightStyle, indentOnInput, indentUnit, StreamLanguage, syntaxHighlighting} from '@codemirror/language';
import {lua} from '@codemirror/legacy-modes/mode/lua';
import {linter, lintGutter, lintKeymap, setDiagnostics, type Diagnostic} from '@codemirror/lint';
import {highlightSelectionMatches, searchKeymap} from '@codemirror/search';
import {Compartment, EditorState} from '@codemirror/state';
import {drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers} from '@codemirror/view';
import {tags} from '@lezer/highlight';
import {useEffect, useRef} from 'preact/hooks';
import {completions} from '../lua_completion.ts';
import {scheme} from '../theme.ts';

export interface Fault {
  line: number;
  /** From 1; 0 = the whole line. */
  column: number;
  length: number;
  message: string;
}

const colours = {
  light: {keyword: '#7a2a86', text: '#0b6b35', number: '#8a4b00', comment: '#59626d', built: '#1a55a8'},
  dark: {keyword: '#d9a3ec', text: '#8fd6a4', number: '#f0b870', comment: '#a5adb8', built: '#8ab4ff'},
};

function highlighting(theme: 'light' | 'dark') {
  const of = colours[theme];
  return syntaxHighlighting(HighlightStyle.define([
    {tag: tags.keyword, color: of.keyword}, {tag: tags.string, color: of.text}, {tag: [tags.number, tags.bool, tags.atom], color: of.number},
    {tag: tags.comment, color: of.comment, fontStyle: 'italic'}, {tag: tags.standard(tags.variableName), color: of.built},
  ]));
}

const look = EditorView.theme({
  '&': {backgroundColor: 'var(--sunken)', color: 'var(--ink)', borderRadius: '12px', fontSize: '0.9rem', minHeight: '22rem', maxHeight: '70vh'},
  '&.cm-focused': {outline: '3px solid var(--accent)', outlineOffset: '2px'},
  '.cm-scroller': {fontFamily: 'ui-monospace, "Cascadia Code", "DejaVu Sans Mono", monospace', lineHeight: '1.6', overflow: 'auto'},
  '.cm-content': {padding: '0.6rem 0', caretColor: 'var(--ink)'},
  '.cm-cursor': {borderLeftColor: 'var(--ink)'},
  '.cm-gutters': {backgroundColor: 'transparent', color: 'var(--muted)', border: 'none'},
  '.cm-activeLine, .cm-activeLineGutter': {backgroundColor: 'color-mix(in srgb, var(--ink) 6%, transparent)'},
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {backgroundColor: 'var(--accent-soft)'},
  '.cm-tooltip': {backgroundColor: 'var(--surface)', color: 'var(--ink)', border: '1px solid var(--line)', borderRadius: '8px', overflow: 'hidden'},
  '.cm-tooltip-autocomplete > ul > li': {padding: '0.3rem 0.6rem !important'},
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {backgroundColor: 'var(--accent-soft)', color: 'var(--ink)'},
  '.cm-completionDetail': {color: 'var(--muted)', fontStyle: 'normal'},
  '.cm-diagnostic': {padding: '0.4rem 0.7rem'},
});

/** `source` is what it begins with; from then on the editor says what stands in it. */
export function CodeEditor({label, source, faults, onChange, onSave}: {
  label: string; source: string; faults: Fault[]; onChange: (source: string) => void; onSave: () => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const colour = useRef(new Compartment());
  const asked = useRef({onChange, onSave});
  asked.current = {onChange, onSave};

  useEffect(() => {
    const element = place.current!;
    const root = element.shadowRoot ?? element.attachShadow({mode: 'open'});
    const made = new EditorView({
      root, parent: root,
      state: EditorState.create({
        doc: source,
        extensions: [
          lineNumbers(), lintGutter(), highlightActiveLineGutter(), history(), drawSelection(), indentUnit.of('  '), indentOnInput(),
          bracketMatching(), closeBrackets(), highlightActiveLine(), highlightSelectionMatches(), EditorView.lineWrapping,
          StreamLanguage.define(lua), colour.current.of(highlighting(scheme.peek())), autocompletion({override: [completions]}),
          linter(null),
          keymap.of([{key: 'Mod-s', preventDefault: true, run: () => { asked.current.onSave(); return true; }},
            {key: 'Tab', run: acceptCompletion}, ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap,
            ...lintKeymap, indentWithTab]),
          EditorView.contentAttributes.of({'aria-label': label}),
          EditorView.updateListener.of((update) => { if (update.docChanged) asked.current.onChange(update.state.doc.toString()); }),
          look,
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => { view.current!.dispatch({effects: colour.current.reconfigure(highlighting(scheme.value))}); }, [scheme.value]);

  useEffect(() => {
    const {state} = view.current!;
    const marks = faults.flatMap((fault): Diagnostic[] => {
      if (fault.line < 1 || fault.line > state.doc.lines) return [];
      const line = state.doc.line(fault.line);
      const from = fault.column > 0 ? Math.min(line.to, line.from + fault.column - 1) : line.from + (line.text.length - line.text.trimStart().length);
      return [{from, to: fault.column > 0 ? Math.min(line.to, from + fault.length) : line.to, severity: 'error', message: fault.message}];
    });
    view.current!.dispatch(setDiagnostics(state, marks));
  }, [faults]);

  return <div ref={place} class="code" />;
}
