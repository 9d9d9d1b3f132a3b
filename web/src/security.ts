// Sensors and alerts, live. What a person acknowledges shows at once and is rolled back when the server refuses it.

import {computed, signal} from '@preact/signals';
import {request, token} from './api.ts';
import {onMessage, type Message} from './realtime.ts';

export interface Sensor {
  id: number;
  name: string;
  type: string;
  location: string;
  status: 'active' | 'inactive';
  triggered: boolean;
  battery: number | null;
  lastTrigger: string | null;
}

export interface Alert {
  id: number;
  type: string;
  severity: 'info' | 'warning' | 'critical';
  title: string;
  message: string;
  sensor: string;
  sensorId: number | null;
  deviceId: number | null;
  location: string;
  timestamp: string;
  count: number;
  acknowledged: boolean;
  acknowledgedAt: string | null;
  clearedAt: string | null;
}

const kept = 100;

/** Newest first; null until they have been read. */
export const alerts = signal<Alert[] | null>(null);
export const sensors = signal<Sensor[] | null>(null);
/** Why they could not be read; empty when they were. */
export const problem = signal('');

/** Alerts that nobody knows of yet. */
export const unknownAlerts = computed(() => (alerts.value ?? []).filter((one) => !one.acknowledged));

/** Not over and not known to anybody: what should catch the eye. */
export const isOpen = (one: Alert) => !one.acknowledged && !one.clearedAt;

function takeAlert(next: Alert): void {
  const before = alerts.peek();
  if (!before) return;
  const known = before.some((one) => one.id === next.id);
  alerts.value = known ? before.map((one) => (one.id === next.id ? next : one))
    : [next, ...before].sort((a, b) => b.timestamp.localeCompare(a.timestamp) || b.id - a.id).slice(0, kept);
}

function takeSensor(next: Sensor): void {
  const before = sensors.peek();
  if (!before) return;
  const known = before.some((one) => one.id === next.id);
  sensors.value = known ? before.map((one) => (one.id === next.id ? next : one)) : [...before, next];
}

/** Messages that come while the lists are on their way are newer than them. */
let early: Message[] | null = null;

function take(message: Message): void {
  early?.push(message);
  if (message.type === 'alert') takeAlert(message.alert as Alert);
  else takeSensor(message.sensor as Sensor);
}

export async function reload(): Promise<void> {
  early = [];
  try {
    const [nextAlerts, nextSensors] = await Promise.all([
      request<Alert[]>('GET', `/api/security/alerts?limit=${kept}`), request<Sensor[]>('GET', '/api/security/sensors')]);
    alerts.value = nextAlerts;
    sensors.value = nextSensors;
    problem.value = '';
    const missed = early;
    early = null;
    missed.forEach(take);
  } catch (error) {
    early = null;
    problem.value = error instanceof Error ? error.message : '';
  }
}

export async function acknowledge(id: number): Promise<void> {
  const before = alerts.peek()?.find((one) => one.id === id);
  if (!before) return;
  takeAlert({...before, acknowledged: true});
  try {
    takeAlert(await request<Alert>('POST', `/api/security/alerts/${id}/acknowledge`));
  } catch (error) {
    takeAlert(before);
    throw error;
  }
}

export async function setActive(id: number, enabled: boolean): Promise<void> {
  takeSensor(await request<Sensor>('POST', `/api/security/sensors/${id}/toggle`, {enabled}));
}

export function start(): void {
  onMessage('alert', take);
  onMessage('sensor_update', take);
  for (const type of ['initial', 'resync']) onMessage(type, () => void reload());
  token.subscribe((value) => {
    if (value) return;
    alerts.value = null;
    sensors.value = null;
  });
}
