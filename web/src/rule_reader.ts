// Reads rules that the builder wrote, also after somebody changed names, numbers or blanks in the text. What it does not know it does not
// touch: the answer is null, and the text stays what it is.

import type {Action, Condition, Rule, Trigger, Value} from './rule_model.ts';

interface Token {
  kind: 'name' | 'text' | 'number' | 'sign' | 'end';
  text: string;
}

class Unknown extends Error {}

const escapes: Record<string, string> = {n: '\n', r: '\r', t: '\t', '"': '"', "'": "'", '\\': '\\'};

function tokensOf(source: string): Token[] {
  // A comment has no place in the builder: it would be lost.
  const pattern = /\s+|([A-Za-z_]\w*)|"((?:[^"\\\n]|\\.)*)"|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([{}()[\]=,.:<>;])/y;
  const tokens: Token[] = [];
  while (pattern.lastIndex < source.length) {
    const match = pattern.exec(source);
    if (!match) throw new Unknown();
    if (match[1] !== undefined) tokens.push({kind: 'name', text: match[1]});
    else if (match[2] !== undefined)
      tokens.push({kind: 'text', text: match[2].replace(/\\(.)/g, (_all, sign: string) => {
        if (!(sign in escapes)) throw new Unknown();
        return escapes[sign];
      })});
    else if (match[3] !== undefined) tokens.push({kind: 'number', text: match[3]});
    else if (match[4] !== undefined) tokens.push({kind: 'sign', text: match[4]});
  }
  return [...tokens, {kind: 'end', text: ''}];
}

class Reader {
  private at = 0;
  constructor(private readonly tokens: Token[]) {}

  private get next(): Token { return this.tokens[this.at]; }
  private is(text: string): boolean { return this.next.text === text && this.next.kind !== 'text'; }
  private accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }
  private expect(...texts: string[]): void {
    for (const text of texts) if (!this.accept(text)) throw new Unknown();
  }
  private take(kind: Token['kind']): string {
    if (this.next.kind !== kind) throw new Unknown();
    return this.tokens[this.at++].text;
  }
  private oneOf<T extends string>(...words: T[]): T {
    const word = this.take('name');
    if (!words.includes(word as T)) throw new Unknown();
    return word as T;
  }
  /** `"text"` or `("text")`. */
  private text(): string {
    if (!this.accept('(')) return this.take('text');
    const text = this.take('text');
    this.expect(')');
    return text;
  }
  private value(): Value {
    if (this.next.kind === 'number') return Number(this.take('number'));
    if (this.next.kind === 'text') return this.take('text');
    return this.oneOf('true', 'false') === 'true';
  }
  private number(): number { return Number(this.take('number')); }
  private list<T>(item: () => T): T[] {
    const items: T[] = [];
    this.expect('{');
    while (!this.accept('}')) {
      items.push(item());
      if (!this.accept(',') && !this.is('}')) throw new Unknown();
    }
    return items;
  }
  /** `{ to = "a", text = "b" }` with these members, in any order. */
  private fields<K extends string>(...names: K[]): Record<K, string> {
    const found: Partial<Record<K, string>> = {};
    this.list(() => {
      const name = this.oneOf(...names);
      this.expect('=');
      found[name] = this.take('text');
    });
    if (names.some((name) => found[name] === undefined)) throw new Unknown();
    return found as Record<K, string>;
  }
  private member(): string {
    if (this.accept('.')) return this.take('name');
    this.expect('[');
    const name = this.take('text');
    this.expect(']');
    return name;
  }
  /** After `device`. */
  private attribute(): {device: string; attribute: string} {
    const device = this.text();
    return {device, attribute: this.member()};
  }

  private trigger(): Trigger {
    const word = this.oneOf('device', 'at', 'every', 'sunrise', 'sunset', 'house');
    if (word === 'house') {
      this.expect('.', 'mode', ':', 'becomes');
      return {kind: 'mode', mode: this.text()};
    }
    if (word === 'every') return {kind: 'every', period: this.text()};
    if (word === 'sunrise' || word === 'sunset') {
      if (this.next.kind === 'text') return {kind: word, offset: this.take('text')};
      this.expect('(', ')');
      return {kind: word, offset: ''};
    }
    if (word === 'at') {
      if (this.next.kind === 'text') return {kind: 'at', time: this.take('text'), days: ''};
      this.expect('(');
      const time = this.take('text');
      const days = this.accept(',') ? this.fields('days').days : '';
      this.expect(')');
      return {kind: 'at', time, days};
    }
    const of = this.attribute();
    this.expect(':');
    const kind = this.oneOf('becomes', 'changes', 'above', 'below');
    this.expect('(');
    let made: Trigger;
    if (kind === 'becomes') made = {kind, ...of, value: this.value()};
    else if (kind === 'changes') made = {kind, ...of};
    else made = {kind, ...of, value: this.number(), hold: this.accept(',') ? this.fields('hold').hold : ''};
    this.expect(')');
    return made;
  }

  private condition(): Condition {
    const word = this.oneOf('device', 'sun', 'house', 'function');
    if (word === 'sun') {
      this.expect('.');
      return {kind: 'sun', is: this.oneOf('up', 'down')};
    }
    if (word === 'house') {
      this.expect('.', 'mode', ':', 'is');
      return {kind: 'mode', mode: this.text()};
    }
    if (word === 'function') {
      this.expect('(', ')', 'return', 'device');
      const of = this.attribute();
      this.expect('.', 'value');
      const kind = this.accept('>') ? 'more' : 'less';
      if (kind === 'less') this.expect('<');
      const value = this.number();
      this.expect('end');
      return {kind, ...of, value};
    }
    const of = this.attribute();
    this.expect(':');
    const kind = this.oneOf('is', 'is_not');
    this.expect('(');
    const value = this.value();
    this.expect(')');
    return {kind, ...of, value};
  }

  private action(): Action {
    const word = this.oneOf('device', 'wait', 'notify', 'alert', 'log', 'house');
    if (word === 'wait') return {kind: 'wait', period: this.text()};
    if (word === 'notify') {
      this.expect('.', 'send');
      return {kind: 'notify', ...this.fields('to', 'text')};
    }
    if (word === 'alert') {
      this.expect('.', 'raise');
      return {kind: 'alert', ...this.fields('key', 'severity', 'text')};
    }
    if (word === 'log') {
      this.expect('.', 'info');
      return {kind: 'log', text: this.text()};
    }
    if (word === 'house') {
      this.expect(':', 'set');
      return {kind: 'mode', ...this.fields('mode')};
    }
    const device = this.text();
    this.expect(':');
    const kind = this.oneOf('on', 'off', 'toggle', 'set');
    if (kind !== 'set') {
      this.expect('(', ')');
      return {kind, device};
    }
    this.expect('{');
    const attribute = this.accept('[') ? this.take('text') : this.take('name');
    this.accept(']');
    this.expect('=');
    const value = this.value();
    this.accept(',');
    this.expect('}');
    return {kind, device, attribute, value};
  }

  rule(): Rule {
    const rule: Rule = {name: '', triggers: [], conditions: [], mode: '', actions: []};
    this.expect('rule');
    rule.name = this.text();
    this.list(() => {
      const part = this.oneOf('on', 'when', 'mode', 'run');
      this.expect('=');
      if (part === 'on') rule.triggers = this.list(() => this.trigger());
      else if (part === 'when') rule.conditions = this.list(() => this.condition());
      else if (part === 'mode') rule.mode = this.mode();
      else {
        this.expect('function', '(', ')');
        while (!this.accept('end')) {
          rule.actions.push(this.action());
          this.accept(';');
        }
      }
    });
    if (this.next.kind !== 'end') throw new Unknown();
    return rule;
  }

  private mode(): Rule['mode'] {
    const word = this.take('text');
    if (word === 'queued(10)') return ''; // what holds when nothing is said
    if (word !== 'single' && word !== 'restart') throw new Unknown();
    return word;
  }
}

/** The rule of a text; null when it says anything that the builder does not know. */
export function readRule(source: string): Rule | null {
  try {
    return new Reader(tokensOf(source)).rule();
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
}
