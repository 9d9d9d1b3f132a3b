// Away mode: whether lights are switched as if somebody were home, and which come next.

import {request} from './api.ts';

export interface AwaySwitching {
  at: string;
  deviceId: number;
  name: string;
  action: 'on' | 'off';
}

export interface AwayMode {
  enabled: boolean;
  since: string | null;
  next: AwaySwitching[];
}

export const loadAwayMode = () => request<AwayMode>('GET', '/api/devices/away-mode');
export const setAwayMode = (enabled: boolean) => request<AwayMode>('POST', '/api/devices/away-mode', {enabled});
