// What the server says, as far as the dashboard reads it.

/** Lists and objects (colours, attributes in JSON) come as they are. */
export type Plain = boolean | number | string | null | Plain[] | {[key: string]: Plain};

export interface Attribute {
  value: Plain;
  kind: 'boolean' | 'integer' | 'number' | 'text' | 'null' | 'list' | 'object';
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

export type Availability = 'available' | 'never_heard' | 'offline' | 'silent';

/** One function of a device: a lamp, a sensor, a button. Its values are attributes of the device. */
export interface Entity {
  id: string;
  component: string;
  integration: string;
  name: string | null;
  fullName: string;
  deviceClass: string | null;
  unit: string | null;
  category: 'primary' | 'config' | 'diagnostic';
  enabled: boolean;
  commands: string[];
  availability: Availability;
  capabilities: Record<string, unknown>;
  /** Role -> name of the attribute. */
  attributeNames: Record<string, string>;
  /** Of event entities: the last event. */
  state?: unknown;
  eventCount?: number;
}

/** What a control must know of an attribute. */
export interface AttributeSpec {
  kind: string;
  writable: boolean;
  history?: boolean;
  deviceClass?: string;
  min?: number;
  max?: number;
  step?: number;
  options?: string[];
  role?: string;
  entity?: string;
  desired?: {wished: Plain; reported: Plain; since: string};
}

export interface Trigger {
  id: string;
  type?: string;
  subtype?: string;
  fired: number;
  lastFired: string | null;
}

/** What only the page of a device asks for. */
export interface DeviceDetail extends Device {
  availability: Availability;
  zone: string | null;
  site: string | null;
  modelId: string | null;
  firmware: string | null;
  hardware: string | null;
  serialNumber: string | null;
  configurationUrl: string | null;
  via: string | null;
  identifiers: string[];
  macs: string[];
  entities: Entity[];
  triggers: Trigger[];
  specs: Record<string, AttributeSpec>;
}

export interface User {
  id: number;
  name: string;
  email: string;
  role: string;
}

export interface HistoryPoint {
  at: string;
  /** Holds until the next point or gap; null where a gap begins. */
  value?: Plain;
  min?: number;
  max?: number;
  mean?: number;
  count?: number;
}

export interface Statistics {
  min: number | null;
  max: number | null;
  mean: number | null;
  samples: number;
  knownSeconds: number;
  unknownSeconds: number;
  states: {value: Plain; seconds: number; times: number}[];
}

export interface History {
  attribute: string;
  unit: string;
  resolution: string;
  from: string;
  to: string;
  cut?: boolean;
  points: HistoryPoint[];
  /** When nobody knew the value. */
  gaps?: {from: string; to: string}[];
  statistics?: Statistics;
}
