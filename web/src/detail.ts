// What the page of a device knows beside the live values: its functions, their ranges, who made it.

import {useEffect, useState} from 'preact/hooks';
import {ApiError, request} from './api.ts';
import {texts} from './i18n.ts';
import {onMessage} from './realtime.ts';
import type {Device, DeviceDetail} from './types.ts';

/** Availability of single functions comes with no message of its own: it is read again at most this often. */
const refreshEvery = 10_000;
const gather = 150;

/** Changes whenever the detail has to be read at once: functions came or went, an order was given or answered. */
function shapeOf(device: Device | undefined): string {
  if (!device) return '';
  const names = Object.entries(device.attributes).map(([name, one]) => name + (one.assumed ? '*' : ''));
  return `${device.online} ${device.name} ${device.room} ${names.join(' ')}`;
}

export function useDetail(id: number, device: Device | undefined): {detail: DeviceDetail | null; problem: string} {
  const [detail, setDetail] = useState<DeviceDetail | null>(null);
  const [problem, setProblem] = useState('');
  const [events, setEvents] = useState(0);
  const round = device?.lastSeen ? Math.floor(Date.parse(device.lastSeen) / refreshEvery) : 0;
  useEffect(() => onMessage('device_event', (message) => {
    if (message.deviceId === id) setEvents((count) => count + 1);
  }), [id]);
  useEffect(() => {
    if (!device) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      request<DeviceDetail>('GET', `/api/devices/${id}`).then(
        (answer) => { if (current) { setDetail(answer); setProblem(''); } },
        (error) => { if (current) setProblem(error instanceof ApiError ? error.message : texts.peek().failed); });
    }, detail ? gather : 0);
    return () => { current = false; clearTimeout(timer); };
  }, [id, shapeOf(device), round, events]);
  return {detail, problem};
}
