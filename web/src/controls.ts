// What a person can do with a device, derived from what it says of itself: the commands of its functions, the range and the words
// of its attributes. Nothing here knows a maker or a type of device; a command that is not known becomes a control of its own, so
// that nothing is hidden. Pure.

import type {Attribute, AttributeSpec, Device, DeviceDetail, Entity, Plain} from './types.ts';

export interface Order {
  command: string;
  arguments?: Record<string, Plain>;
}

export type ColourSpace = 'rgb' | 'hs' | 'xy';

export type Form =
  | {kind: 'switch'; on: Order; off: Order}
  | {kind: 'range' | 'stepper' | 'number'; min: number; max: number; step: number; unit: string; order: (value: number) => Order}
  | {kind: 'choice'; options: string[]; order: (value: string) => Order}
  | {kind: 'text'; isSecret: boolean; longest: number; order: (value: string) => Order}
  | {kind: 'colour'; space: ColourSpace; order: (value: number[]) => Order}
  | {kind: 'buttons'; buttons: Button[]; wantsCode: boolean}
  | {kind: 'raw'; command: string};

export interface Button {
  command: string;
  order: (code: string) => Order;
  /** Opens what should stay closed, or cannot be taken back: asked for again. */
  isGrave: boolean;
}

export interface Control {
  key: string;
  /** Empty = the device as a whole. */
  entity: string;
  /** What it is to the entity; its name is chosen by it. */
  role: string;
  /** Name of the attribute that it shows; empty = none. */
  attribute: string;
  form: Form;
  /** False: the device never said that it can do this. Such controls are folded away. */
  isLikely: boolean;
}

const numberFrom = (value: unknown, otherwise: number): number => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : otherwise;
};
const wordsFrom = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);

/** How one value is set: the command, its argument, the role of the value, and where its range or its words stand. */
interface Setting {
  command: string;
  argument: string;
  roles: string[];
  form: 'range' | 'stepper' | 'choice' | 'switch' | 'text';
  range?: [low: number, high: number, step: number, unit: string];
  /** Names of capabilities. */
  least?: string;
  most?: string;
  step?: string;
  words?: string;
  fixed?: string[];
}

const percent: [number, number, number, string] = [0, 100, 1, '%'];
const warmth: [number, number, number, string] = [5, 35, 0.5, '°C'];
const temperatures = {form: 'stepper', range: warmth, least: 'min_temp', most: 'max_temp', step: 'temp_step'} as const;

const settings: Setting[] = [
  {command: 'set_position', argument: 'position', roles: ['position'], form: 'range', range: percent},
  {command: 'set_tilt', argument: 'tilt', roles: ['tilt'], form: 'range', range: percent},
  {command: 'set_brightness', argument: 'brightness_pct', roles: ['brightness_pct'], form: 'range', range: percent},
  {command: 'set_color_temp', argument: 'mireds', roles: ['color_temp'], form: 'range', range: [153, 500, 1, 'mired'],
    least: 'min_mireds', most: 'max_mireds'},
  {command: 'set_effect', argument: 'effect', roles: ['effect'], form: 'choice', words: 'effect_list'},
  {command: 'set_mode', argument: 'mode', roles: ['mode', 'state'], form: 'choice', words: 'modes'},
  {command: 'set_temperature', argument: 'temperature', roles: ['target_temperature'], ...temperatures},
  {command: 'set_temp_low', argument: 'temperature', roles: ['target_temp_low'], ...temperatures},
  {command: 'set_temp_high', argument: 'temperature', roles: ['target_temp_high'], ...temperatures},
  {command: 'set_percentage', argument: 'percentage', roles: ['percentage'], form: 'range', range: percent},
  {command: 'set_humidity', argument: 'humidity', roles: ['target_humidity'], form: 'range', range: percent, least: 'min_humidity',
    most: 'max_humidity'},
  {command: 'set_preset_mode', argument: 'preset_mode', roles: ['preset_mode'], form: 'choice', words: 'preset_modes'},
  {command: 'set_fan_mode', argument: 'fan_mode', roles: ['fan_mode'], form: 'choice', words: 'fan_modes'},
  {command: 'set_swing_mode', argument: 'swing_mode', roles: ['swing_mode'], form: 'choice', words: 'swing_modes'},
  {command: 'set_fan_speed', argument: 'fan_speed', roles: ['fan_speed'], form: 'choice', words: 'fan_speed_list'},
  {command: 'oscillate', argument: 'oscillating', roles: ['oscillating'], form: 'switch'},
  {command: 'set_direction', argument: 'direction', roles: ['direction'], form: 'choice', fixed: ['forward', 'reverse']},
  {command: 'select_option', argument: 'option', roles: ['state'], form: 'choice', words: 'options'},
  {command: 'set_volume', argument: 'volume', roles: ['volume'], form: 'range', range: [0, 1, 0.01, '']},
  {command: 'select_source', argument: 'source', roles: ['source'], form: 'choice', words: 'source_list'},
  {command: 'mute', argument: 'muted', roles: ['muted'], form: 'switch'},
  {command: 'set_swing_horizontal_mode', argument: 'swing_horizontal_mode', roles: ['swing_horizontal_mode'], form: 'choice',
    words: 'swing_horizontal_modes'},
  {command: 'send', argument: 'message', roles: ['message'], form: 'text'},
];

/** Commands without a value, in the order in which people expect them. */
const pressable = ['open', 'previous', 'play', 'play_pause', 'start', 'pause', 'stop', 'next', 'close', 'open_tilt', 'stop_tilt',
  'close_tilt', 'lock', 'unlock', 'return_to_base', 'start_mowing', 'dock', 'clean_spot', 'locate', 'press', 'activate', 'install', 'arm_home', 'arm_away', 'arm_night', 'arm_vacation', 'arm_custom_bypass', 'disarm',
  'trigger'];
const grave = (component: string, command: string) =>
  command === 'unlock' || command === 'install' || command === 'disarm' || command === 'trigger' ||
  (component === 'lock' && command === 'open');
/** Said by other commands as well, or once more in other words. */
const covered = ['set', 'set_preset', 'toggle'];

const isNumeric = (kind: string | undefined) => kind === 'number' || kind === 'integer';
const kelvin = (mireds: number) => Math.round(1e6 / mireds / 10) * 10;

class Deriver {
  readonly controls: Control[] = [];
  private readonly served = new Set<string>();
  /** Nothing was ever heard of this function: nobody can know what it supports. */
  private readonly isUnheard: boolean;

  constructor(private readonly entity: Entity, private readonly values: Record<string, Attribute>,
    private readonly specs: Record<string, AttributeSpec>) {
    this.isUnheard = Object.values(entity.attributeNames).every((name) => (values[name]?.value ?? null) === null);
  }

  run(): Control[] {
    const {commands, component} = this.entity;
    this.switches();
    this.buttons();
    for (const setting of settings) if (commands.includes(setting.command)) this.setting(setting);
    if (commands.includes('set_value')) this.value();
    this.colour();
    this.sounds();
    for (const command of commands)
      if (!this.served.has(command) && !covered.includes(command) && !(component === 'number' && command === 'set'))
        this.add({kind: 'raw', command}, command, '', false);
    return this.controls;
  }

  private nameOf(role: string): string { return this.entity.attributeNames[role] ?? ''; }
  private specOf(role: string): AttributeSpec | undefined { return this.specs[this.nameOf(role)]; }
  private isKnown(role: string): boolean { return (this.values[this.nameOf(role)]?.value ?? null) !== null; }
  private capability(name: string | undefined): unknown { return name ? this.entity.capabilities[name] : undefined; }

  private add(form: Form, role: string, attribute: string, isLikely: boolean): void {
    this.controls.push({key: `${this.entity.id} ${role} ${form.kind}`, entity: this.entity.id, role, attribute, form, isLikely});
  }

  private switches(): void {
    const {commands, component} = this.entity;
    const [on, off] = ['turn_on', 'turn_off'];
    if (!commands.includes(on) && !commands.includes(off)) return;
    this.served.add(on).add(off);
    // What has a mode `off` is switched by its mode.
    if (commands.includes('set_mode') && wordsFrom(this.entity.capabilities.modes).includes('off')) return;
    const state = this.values[this.nameOf('state')];
    if (commands.includes(on) && commands.includes(off) && (state?.kind === 'boolean' || this.specOf('state')?.kind === 'boolean'))
      this.add({kind: 'switch', on: {command: on}, off: {command: off}}, 'state', this.nameOf('state'), true);
    else
      this.add({kind: 'buttons', wantsCode: false, buttons: [on, off].filter((one) => commands.includes(one))
        .map((command) => ({command, order: () => ({command}), isGrave: false}))}, component, '', true);
  }

  private buttons(): void {
    const {commands, component, capabilities} = this.entity;
    const known = pressable.filter((one) => commands.includes(one) && !this.served.has(one));
    known.forEach((one) => this.served.add(one));
    // Who returns to a base is no mower, though it may take the words of one.
    const foreign = commands.includes('return_to_base') ? ['start_mowing', 'dock'] : [];
    const shown = known.filter((one) => !foreign.includes(one));
    for (const one of known.filter((other) => foreign.includes(other))) this.add({kind: 'raw', command: one}, one, '', false);
    if (shown.length === 0) return;
    const wantsCode = typeof capabilities.code_format === 'string' || capabilities.code_arm_required === true;
    this.add({kind: 'buttons', wantsCode, buttons: shown.map((command) => ({
      command, isGrave: grave(component, command),
      order: (code) => (code ? {command, arguments: {code}} : {command}),
    }))}, 'state', this.nameOf('state'), true);
  }

  private setting({command, argument, roles, form, range, least, most, step, words, fixed}: Setting): void {
    this.served.add(command);
    const held = roles.find((one) => this.nameOf(one)) ?? roles[0];
    // The state of a thermostat is its mode, and is called so.
    const role = command === 'select_option' ? held : roles[0];
    const spec = this.specOf(held);
    const attribute = this.nameOf(held);
    const order = (value: Plain): Order => ({command, arguments: {[argument]: value}});
    const isKnown = this.isKnown(held);
    if (form === 'switch')
      return this.add({kind: 'switch', on: order(true), off: order(false)}, role, attribute, isKnown);
    if (form === 'text') return this.add({kind: 'text', isSecret: false, longest: 1000, order}, role, attribute, true);
    if (form === 'choice') {
      const options = [wordsFrom(this.capability(words)), spec?.options ?? [], isKnown ? fixed ?? [] : []].find((one) => one.length > 0) ?? [];
      return options.length > 0
        ? this.add({kind: 'choice', options, order}, role, attribute, true)
        : this.add({kind: 'text', isSecret: false, longest: 255, order}, role, attribute, isKnown);
    }
    const [low, high, by, unit] = range!;
    const shape = {
      kind: form, order, unit: this.values[attribute]?.unit || unit,
      min: numberFrom(this.capability(least), spec?.min ?? low), max: numberFrom(this.capability(most), spec?.max ?? high),
      step: numberFrom(this.capability(step), spec?.step ?? by),
    };
    this.add(shape, role, attribute, isKnown || this.supports(role) || (this.isUnheard && !['tilt', 'color_temp', 'target_temp_low',
      'target_temp_high', 'target_humidity'].includes(role)));
  }

  /** What a lamp says of its colours. */
  private supports(role: string): boolean {
    const modes = wordsFrom(this.entity.capabilities.supported_color_modes);
    if (role === 'brightness_pct') return modes.some((one) => one !== 'onoff');
    if (role === 'color_temp') return modes.includes('color_temp');
    return modes.some((one) => one.startsWith(role) || (role === 'rgb' && ['hs', 'xy'].includes(one)));
  }

  private value(): void {
    this.served.add('set_value');
    const {capabilities, unit} = this.entity;
    const attribute = this.nameOf('state');
    const spec = this.specOf('state');
    const kind = spec?.kind ?? this.values[attribute]?.kind;
    const order = (value: Plain): Order => ({command: 'set_value', arguments: {value}});
    if (kind === 'boolean') {
      if (!this.served.has('turn_on')) this.add({kind: 'switch', on: order(true), off: order(false)}, 'state', attribute, true);
      return;
    }
    if (isNumeric(kind)) {
      const min = numberFrom(capabilities.min, spec?.min ?? NaN);
      const max = numberFrom(capabilities.max, spec?.max ?? NaN);
      const step = numberFrom(capabilities.step, spec?.step ?? 1);
      this.add({...numberForm(min, max, step, unit ?? this.values[attribute]?.unit ?? '', capabilities.mode), order}, 'state', attribute, true);
      return;
    }
    const options = spec?.options ?? [];
    if (options.length > 0) this.add({kind: 'choice', options, order}, 'state', attribute, true);
    else this.add({kind: 'text', isSecret: capabilities.mode === 'password', longest: numberFrom(capabilities.max, 255), order}, 'state', attribute, true);
  }

  private colour(): void {
    const spaces = (['rgb', 'hs', 'xy'] as const).filter((one) => this.entity.commands.includes(`set_${one}`));
    spaces.forEach((one) => this.served.add(`set_${one}`));
    const space = spaces.find((one) => this.isKnown(one)) ??
      spaces.find((one) => wordsFrom(this.entity.capabilities.supported_color_modes).includes(one)) ?? spaces[0];
    if (!space) return;
    // The first order of a lamp's own space fits it best; all three say the same colour.
    this.add({kind: 'colour', space, order: (value) => ({command: `set_${space}`, arguments: {[space]: value}})}, 'colour',
      this.nameOf(space), spaces.some((one) => this.isKnown(one) || this.supports(one)) || (this.entity.component === 'raw'));
  }

  /** A siren takes its tone and its volume with the order to sound. */
  private sounds(): void {
    const tones = wordsFrom(this.entity.capabilities.available_tones);
    if (tones.length > 0)
      this.add({kind: 'choice', options: tones, order: (tone) => ({command: 'turn_on', arguments: {tone}})}, 'tone', this.nameOf('tone'), true);
    if (this.isKnown('volume_level'))
      this.add({kind: 'range', min: 0, max: 1, step: 0.05, unit: '',
        order: (value) => ({command: 'turn_on', arguments: {volume_level: value}})}, 'volume_level', this.nameOf('volume_level'), true);
  }
}

/** A slider where the whole range fits under a thumb, steps for temperatures, else a field. */
function numberForm(min: number, max: number, step: number, unit: string, mode?: unknown) {
  const isBounded = Number.isFinite(min) && Number.isFinite(max);
  const steps = (max - min) / (step || 1);
  const kind: 'range' | 'stepper' | 'number' = mode === 'box' || !isBounded ? (isTemperature(unit) && isBounded ? 'stepper' : 'number')
    : isTemperature(unit) ? 'stepper' : mode === 'slider' || (steps > 1 && steps <= 400) ? 'range' : 'number';
  return {kind, min: isBounded ? min : -Infinity, max: isBounded ? max : Infinity, step: step || 1, unit};
}
const isTemperature = (unit: string) => unit === '°C' || unit === '°F' || unit === 'K';

/** The controls of one function. */
export function controlsOf(entity: Entity, device: Device, specs: Record<string, AttributeSpec>): Control[] {
  return new Deriver(entity, device.attributes, specs).run();
}

/** The controls of attributes that belong to no function: devices that only say their values. */
export function ownControls(device: Device, specs: Record<string, AttributeSpec>): Control[] {
  return Object.entries(device.attributes).flatMap(([name, attribute]) => {
    const spec = specs[name];
    if (!attribute.writable || spec?.entity || name === 'status') return [];
    const order = (value: Plain): Order => ({command: 'set', arguments: {[name]: value}});
    return [{key: name, entity: '', role: name, attribute: name, isLikely: true, form: ownForm(attribute, spec, order)}];
  });
}

function ownForm(attribute: Attribute, spec: AttributeSpec | undefined, order: (value: Plain) => Order): Form {
  if (attribute.kind === 'boolean') return {kind: 'switch', on: order(true), off: order(false)};
  if (isNumeric(attribute.kind)) {
    const unit = attribute.unit ?? '';
    const [low, high] = unit === '%' ? [0, 100] : unit === '°C' ? [5, 35] : [NaN, NaN];
    return {...numberForm(spec?.min ?? low, spec?.max ?? high, spec?.step ?? (unit === '°C' ? 0.5 : 1), unit), order};
  }
  if (spec?.options?.length) return {kind: 'choice', options: spec.options, order};
  if (typeof attribute.value === 'string' && /^#[0-9a-f]{6}$/i.test(attribute.value))
    return {kind: 'colour', space: 'rgb', order: (rgb) => order(toHex(rgb))};
  return {kind: 'text', isSecret: false, longest: 255, order};
}

/* ---- Colours */

export const toHex = (rgb: number[]): string =>
  `#${rgb.map((part) => Math.round(Math.min(255, Math.max(0, part))).toString(16).padStart(2, '0')).join('')}`;
export const fromHex = (hex: string): number[] => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** Degrees and per cent, at full brightness. */
export function hsToRgb([hue, saturation]: number[]): number[] {
  const part = (n: number) => {
    const k = (n + hue / 60) % 6;
    return 255 * (1 - (saturation / 100) * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [part(5), part(3), part(1)];
}
export function rgbToHs([red, green, blue]: number[]): number[] {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (spread === 0) return [0, 0];
  const sector = most === red ? ((green - blue) / spread + 6) % 6 : most === green ? (blue - red) / spread + 2 : (red - green) / spread + 4;
  return [Math.round(sector * 600) / 10, Math.round((spread / most) * 1000) / 10];
}

/** CIE 1931 with the primaries of sRGB, as bright as it gets. */
export function xyToRgb([x, y]: number[]): number[] {
  if (!(y > 0)) return [255, 255, 255];
  const [X, Z] = [x / y, (1 - x - y) / y];
  const linear = [3.2406 * X - 1.5372 - 0.4986 * Z, -0.9689 * X + 1.8758 + 0.0415 * Z, 0.0557 * X - 0.204 + 1.057 * Z]
    .map((part) => Math.max(0, part));
  const most = Math.max(...linear) || 1;
  return linear.map((part) => part / most).map((part) => 255 * (part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055));
}
export function rgbToXy(rgb: number[]): number[] {
  const [red, green, blue] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const X = 0.4124 * red + 0.3576 * green + 0.1805 * blue;
  const Y = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const Z = 0.0193 * red + 0.1192 * green + 0.9505 * blue;
  const sum = X + Y + Z;
  if (sum === 0) return [0.3127, 0.329];
  return [X / sum, Y / sum].map((part) => Math.round(part * 1e4) / 1e4);
}

const toRgb = {rgb: (value: number[]) => value, hs: hsToRgb, xy: xyToRgb};
const fromRgb = {rgb: (value: number[]) => value, hs: rgbToHs, xy: rgbToXy};

/** `#rrggbb` of a value in the lamp's colour space; null when it has said none. */
export function hexOf(space: ColourSpace, value: unknown): string | null {
  if (typeof value === 'string') return /^#[0-9a-f]{6}$/i.test(value) ? value : null;
  if (!Array.isArray(value) || value.length < (space === 'rgb' ? 3 : 2) || !value.every((part) => typeof part === 'number')) return null;
  return toHex(toRgb[space](value as number[]));
}
export const inSpace = (space: ColourSpace, hex: string): number[] => fromRgb[space](fromHex(hex));

/** Mired, as lamps say it, is the inverse of kelvin, as people say it. */
export {kelvin};

/* ---- Which values stand where */

export type Place = 'main' | 'settings' | 'diagnostics';

export function placeOf(entity: Entity): Place {
  if (entity.category === 'config') return 'settings';
  return entity.category === 'diagnostic' || !entity.enabled ? 'diagnostics' : 'main';
}

export const isEvent = (entity: Entity) => entity.component === 'event';
/** Has a still picture to be looked at: a camera, or a player with the cover of what it plays. */
export const hasPicture = (entity: Entity) =>
  ['camera', 'image'].includes(entity.component) || (entity.component === 'media_player' && entity.capabilities.picture === true);

const families: [string, RegExp][] = [
  ['safety', /^(smoke|gas|carbon_monoxide|moisture|water|leak|problem|safety|tamper|vibration|heat|cold)/],
  ['presence', /^(motion|occupancy|presence|moving|door|window|opening|garage_door|contact|lock|sound|light$)/],
  ['air', /^(temperature|humidity|pressure|atmospheric_pressure|co2|carbon_dioxide|pm\d|pm10|voc|volatile|aqi|dew|illuminance|irradiance|wind|precipitation|nitrogen|ozone|formaldehyd)/],
  ['energy', /^(power|energy|voltage|current|apparent_power|reactive_power|power_factor|frequency|battery|water_consumption|monetary)/],
];

/** Values that belong together; by the class of the value, else by its name. */
export function familyOf(deviceClass: string, name: string): string {
  for (const word of [deviceClass, name])
    for (const [family, fits] of families) if (word && fits.test(word)) return family;
  return 'other';
}

export const isDetailed = (device: Device): device is DeviceDetail => 'specs' in device;
