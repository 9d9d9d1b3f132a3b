// A rule as people build it without writing code: when this happens, and if that holds, do these things in turn. What the builder knows;
// everything that it writes is Lua that anybody can read, and that it reads again.

export type Value = boolean | number | string;

export type Trigger =
  | {kind: 'becomes'; device: string; attribute: string; value: Value}
  | {kind: 'changes'; device: string; attribute: string}
  | {kind: 'above' | 'below'; device: string; attribute: string; value: number; hold: string}
  | {kind: 'at'; time: string; days: string}
  | {kind: 'every'; period: string}
  | {kind: 'sunrise' | 'sunset'; offset: string}
  | {kind: 'mode'; mode: string};

export type Condition =
  | {kind: 'is' | 'is_not'; device: string; attribute: string; value: Value}
  | {kind: 'more' | 'less'; device: string; attribute: string; value: number}
  | {kind: 'sun'; is: 'up' | 'down'}
  | {kind: 'mode'; mode: string};

export type Action =
  | {kind: 'on' | 'off' | 'toggle'; device: string}
  | {kind: 'set'; device: string; attribute: string; value: Value}
  | {kind: 'wait'; period: string}
  | {kind: 'notify'; to: string; text: string}
  | {kind: 'alert'; key: string; severity: string; text: string}
  | {kind: 'log'; text: string}
  | {kind: 'mode'; mode: string};

export interface Rule {
  name: string;
  triggers: Trigger[];
  conditions: Condition[];
  /** What a trigger does that comes while the rule runs; empty = it waits for its turn. */
  mode: '' | 'single' | 'restart';
  actions: Action[];
}

export const severities = ['info', 'warning', 'critical'];
/** `5m`, `1h 30m`, `20s`: what the language takes for a duration. */
export const durationPattern = '\\d+(\\.\\d+)?(ms|s|m|h|d)( ?\\d+(\\.\\d+)?(ms|s|m|h|d))*';
