// How values, functions and attributes of devices are called.

import {texts, withUnit, moment} from './i18n.ts';
import {deviceTexts} from './i18n_devices.ts';
import type {Attribute, AttributeSpec, Entity} from './types.ts';

/** `target_temperature` as people say it. */
export function attributeName(name: string): string {
  return texts.value.names[name] ?? deviceTexts.value.roles[name] ?? deviceTexts.value.classes[name] ?? sentence(name);
}

export const sentence = (name: string) => {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const word = (value: string) => deviceTexts.value.words[value] ?? sentence(value);
export const commandName = (command: string) => deviceTexts.value.commands[command] ?? sentence(command);

/** What a function is called on the page of its device; empty when it is the device itself. */
export function entityName(entity: Entity): string {
  if (entity.name) return entity.name;
  if (entity.deviceClass) return deviceTexts.value.classes[entity.deviceClass] ?? sentence(entity.deviceClass);
  return '';
}

/** A value in words and with its unit. */
export function valueText(value: unknown, unit?: string, deviceClass?: string | null): string {
  const t = deviceTexts.value;
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'boolean') {
    const pair = deviceClass ? t.booleans[deviceClass] : undefined;
    return pair ? pair[value ? 1 : 0] : value ? texts.value.on : texts.value.off;
  }
  if (typeof value === 'number') return withUnit(value, unit);
  if (typeof value !== 'string') return JSON.stringify(value);
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value) && !Number.isNaN(Date.parse(value))) return moment(value);
  return unit ? `${value}\u00a0${unit}` : t.words[value] ?? value;
}

export const attributeText = (attribute: Attribute, spec?: AttributeSpec) => valueText(attribute.value, attribute.unit, spec?.deviceClass);
