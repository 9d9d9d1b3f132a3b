import {moment, texts, withUnit} from './i18n.ts';
import type {Device} from './types.ts';

/** The one line that says most about a device. */
export function summary(device: Device): string {
  const t = texts.value;
  if (!device.lastSeen) return t.neverSeen;
  if (!device.online) return t.unavailableSince(moment(device.lastSeen));
  const parts: string[] = [];
  const value = (name: string) => device.attributes[name]?.value;
  if (typeof value('temperature') === 'number') parts.push(withUnit(value('temperature') as number, '°C'));
  if (typeof value('motion') === 'boolean') parts.push(value('motion') ? t.detected : t.calm);
  if (typeof value('humidity') === 'number') parts.push(withUnit(value('humidity') as number, '%'));
  if (typeof value('illuminance') === 'number') parts.push(withUnit(value('illuminance') as number, 'lx'));
  if ('status' in device.attributes) {
    if (!device.status) parts.push(t.off);
    const level = device.attributes.level;
    if (device.status && typeof level?.value === 'number') parts.push(withUnit(level.value, '%'));
    if (device.status && typeof value('power') === 'number') parts.push(withUnit(value('power') as number, 'W'));
  }
  return parts.join(' · ') || (device.status ? t.on : moment(device.lastSeen));
}
