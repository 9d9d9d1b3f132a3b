// Schedules as the server tells them: what happens to which device, when, and when next.

import {request} from './api.ts';
import {language, timeFormat} from './i18n.ts';
import {timeTexts} from './i18n_times.ts';
import type {Plain} from './types.ts';

export interface NextRun {
  at: string;
  /** With the offset of its zone: `2026-11-23T18:30:00+01:00`. */
  localTime: string;
  timezone: string;
}

export type ScheduleType = 'daily' | 'weekly' | 'cron' | 'sunrise' | 'sunset';

/** What a person says of a schedule. */
export interface ScheduleSpec {
  type: ScheduleType;
  time?: string;
  days?: number[];
  cron?: string;
  offsetMinutes?: number;
  earliest?: string;
  latest?: string;
  timezone?: string;
  dst?: string;
  firstDay?: string;
  lastDay?: string;
  except?: string[];
  catchUpMinutes?: number;
  name?: string;
  action: string;
  arguments?: Record<string, Plain>;
  enabled?: boolean;
}

export interface Schedule extends ScheduleSpec {
  id: number;
  deviceId: number;
  enabled: boolean;
  next: NextRun[];
}

const day = 86_400_000;
/** The days that the week view shows. */
export const daysShown = 7;

export async function loadSchedules(): Promise<Schedule[]> {
  // Until the end of the last day that is shown, wherever the site is.
  const until = new Date(Date.now() + (daysShown + 1) * day).toISOString();
  return (await request<{schedules: Schedule[]}>('GET', `/api/schedules?until=${until}`)).schedules;
}

export const createSchedule = (device: number, spec: ScheduleSpec) => request('POST', `/api/devices/${device}/schedule`, spec);
export const replaceSchedule = (id: number, spec: ScheduleSpec) => request('PUT', `/api/schedules/${id}`, spec);
export const setPaused = (id: number, isPaused: boolean) => request('POST', `/api/schedules/${id}/${isPaused ? 'pause' : 'resume'}`);
export const removeSchedule = (id: number) => request('DELETE', `/api/schedules/${id}`);

/** Monday first, in the language of the person. */
export function dayNames(style: 'short' | 'long'): string[] {
  const format = new Intl.DateTimeFormat(language.value, {weekday: style, timeZone: 'UTC'});
  return Array.from({length: 7}, (_, index) => format.format(new Date(Date.UTC(2024, 0, 1 + index))));
}

/** When it happens, in words. */
export function timingText(one: ScheduleSpec): string {
  const t = timeTexts.value;
  const some = one.days && one.days.length > 0 && one.days.length < 7 ? one.days.map((index) => dayNames('short')[index]).join(', ') : '';
  if (one.type === 'cron') return one.cron ?? '';
  const time = one.type === 'sunrise' || one.type === 'sunset' ? t.sunText(t.sunNames[one.type], one.offsetMinutes ?? 0) : '';
  if (time) return [some, time].filter(Boolean).join(' · ');
  return some ? `${some} ${t.at(one.time ?? '')}` : t.everyDay(one.time ?? '');
}

/** `2026-11-23` and `18:30` of a local time as the server writes it. */
export const dateOf = (localTime: string) => localTime.slice(0, 10);
export const clockOf = (localTime: string) => localTime.slice(11, 16);

/** `Mon 23 Nov, 18:30`, as the clocks of its zone show it. */
export function localText(localTime: string): string {
  const date = new Date(`${dateOf(localTime)}T12:00:00Z`);
  const text = timeFormat({weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC'}).format(date);
  return `${text}, ${clockOf(localTime)}`;
}
export const utcText = (at: string) => timeTexts.value.utc(`${at.slice(0, 10)} ${at.slice(11, 16)}`);
