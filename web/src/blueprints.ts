// Blueprints: texts with typed inputs, of which automations are made.

import {request} from './api.ts';
import {checkAt} from './drafts.ts';

export type InputType = 'device' | 'text' | 'number' | 'boolean' | 'duration' | 'time' | 'choice';
export const inputTypes: InputType[] = ['device', 'text', 'number', 'boolean', 'duration', 'time', 'choice'];
export type InputValue = string | number | boolean;

export interface Input {
  /** `input.NAME` in the text. */
  name: string;
  label: string;
  type: InputType;
  default?: InputValue | null;
  minimum?: number;
  maximum?: number;
  options?: string[];
}

/** What somebody writes. */
export interface Draft {
  name: string;
  description: string;
  inputs: Input[];
  source: string;
}

export interface Blueprint extends Draft {
  id: number;
  version: number;
  /** Automations that were made of it. */
  uses: number;
}

/** How an automation was made of a blueprint. */
export interface Use {
  blueprint: number;
  version: number;
  /** Newer than `version` when the blueprint has changed since. */
  newest: number;
  inputs: Record<string, InputValue>;
}

export const listPath = '/api/blueprints';
export const find = (id: number) => request<Blueprint>('GET', `${listPath}/${id}`);
export const remove = (id: number) => request('DELETE', `${listPath}/${id}`);
export const save = (id: number | null, draft: Draft) =>
  (id === null ? request<Blueprint>('POST', listPath, draft) : request<Blueprint>('PUT', `${listPath}/${id}`, draft));

/** Tried with what the inputs fall back on, or examples. */
export const check = (draft: Draft) => checkAt(`${listPath}/validate`, draft, draft.source);

/** The id of the automation. */
export const make = async (id: number, name: string, inputs: Use['inputs']): Promise<number> =>
  (await request<{id: number}>('POST', `${listPath}/${id}/automations`, {name, inputs})).id;
/** null when it was made of none. */
export const useOf = async (automation: number): Promise<Use | null> => {
  const answer = await request<Use & {blueprint: number | null}>('GET', `/api/automations/${automation}/blueprint`);
  return answer.blueprint === null ? null : answer;
};
export const renew = (automation: number, inputs: Use['inputs']) => request('PUT', `/api/automations/${automation}/blueprint`, {inputs});

/** Also with a decimal comma. */
export const numberOf = (text: string): number => Number(text.replace(',', '.'));

/** The values of a form whose fields are named after the inputs. What was left empty is left out: the blueprint knows what then. */
export function valuesOf(inputs: Input[], fields: FormData): Use['inputs'] {
  const values: Use['inputs'] = {};
  for (const {name, type} of inputs) {
    const text = String(fields.get(`input-${name}`) ?? '').trim();
    if (type === 'boolean') values[name] = text === 'on';
    else if (text !== '') values[name] = type === 'number' ? numberOf(text) : text;
  }
  return values;
}

/** A value as somebody types it, for an input of the type; undefined when nothing is typed. */
export function valueOf(type: InputType, text: string): InputValue | undefined {
  if (text.trim() === '') return undefined;
  if (type === 'number') return numberOf(text);
  return type === 'boolean' ? text === 'true' : text.trim();
}

/** An input as it goes to the server: nothing that its type does not know. */
export function tidy({name, label, type, default: fallback, minimum, maximum, options}: Input): Input {
  return {
    name: name.trim(), label: label.trim() || name.trim(), type,
    ...(fallback === undefined || fallback === null ? {} : {default: fallback}),
    ...(type === 'number' && minimum !== undefined ? {minimum} : {}), ...(type === 'number' && maximum !== undefined ? {maximum} : {}),
    ...(type === 'choice' ? {options: options ?? []} : {}),
  };
}
