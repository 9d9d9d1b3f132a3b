// Values of devices that a run or a condition looked at.

import type {Read} from '../automations.ts';
import {attributeName} from '../device_words.ts';
import {device as findDevice} from '../devices.ts';
import {texts, withUnit} from '../i18n.ts';

export function json(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function deviceName(id: unknown): string {
  const device = typeof id === 'number' ? findDevice(id)?.value : undefined;
  return device ? `${device.name} (${device.room})` : `#${id}`;
}

function plainValue(value: unknown): string {
  const t = texts.value;
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? t.on : t.off;
  return typeof value === 'number' ? withUnit(value) : json(value);
}

export function Reads({reads}: {reads: Read[]}) {
  if (reads.length === 0) return null;
  return (
    <ul class="reads" aria-label={texts.value.values}>
      {reads.map((read, index) => (
        <li key={index}>{deviceName(read.device)} · {attributeName(read.attribute)}{'\u00a0= '}<b>{plainValue(read.value)}</b></li>
      ))}
    </ul>
  );
}
