// What the server says, as far as the dashboard reads it.

export interface Attribute {
  value: boolean | number | string | null;
  kind: 'boolean' | 'integer' | 'number' | 'text' | 'null';
  unit?: string;
  writable?: boolean;
  assumed?: boolean;
  changedAt?: string;
  reportedAt?: string;
}

export interface Device {
  id: number;
  uid: string;
  name: string;
  type: string;
  room: string;
  status: boolean;
  power: number;
  nominalPower: number;
  online: boolean;
  assumed: boolean;
  lastSeen: string | null;
  attributes: Record<string, Attribute>;
  maker?: string;
  model?: string;
}

export interface User {
  id: number;
  name: string;
  email: string;
  role: string;
}

export interface HistoryPoint {
  at: string;
  value: boolean | number | string | null;
  min?: number;
  max?: number;
  mean?: number;
}

export interface History {
  attribute: string;
  unit: string;
  resolution: string;
  from: string;
  to: string;
  points: HistoryPoint[];
}
