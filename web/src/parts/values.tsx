// What a device measures: values of one family together, with their units; what only a technician reads is folded away.

import {familyOf, hasPicture, isEvent, placeOf, type Control} from '../controls.ts';
import {attributeName, entityName, valueText} from '../device_words.ts';
import {moment} from '../i18n.ts';
import {deviceTexts} from '../i18n_devices.ts';
import type {Attribute, Device, DeviceDetail, Entity} from '../types.ts';

interface Reading {
  key: string;
  name: string;
  attribute: Attribute;
  deviceClass: string;
}

/** Values that others say better. */
const silentRoles = ['brightness_raw', 'json_attributes', 'xy', 'hs', 'rgb', 'rgbw', 'rgbww'];

function List({readings}: {readings: Reading[]}) {
  return (
    <dl class="attributes">
      {readings.map(({key, name, attribute, deviceClass}) => (
        <div key={key}>
          <dt>{name}</dt>
          <dd class={attribute.assumed ? 'is-assumed' : ''}>{valueText(attribute.value, attribute.unit, deviceClass)}</dd>
          <dd class="when">{attribute.changedAt ? moment(attribute.changedAt) : ''}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What one function says beside what its controls show: the temperature of a thermostat, the versions of an update. */
export function Readings({entity, controls, device, detail}: {
  entity: Entity; controls: Control[]; device: Device; detail: DeviceDetail;
}) {
  const readings = Object.entries(entity.attributeNames).flatMap(([role, name]): Reading[] => {
    const attribute = device.attributes[name];
    const isShown = controls.some((one) => one.attribute === name && one.form.kind !== 'buttons');
    if (!attribute || attribute.value === null || isShown || silentRoles.includes(role) || role === 'state') return [];
    return [{key: name, name: deviceTexts.value.roles[role] ?? attributeName(role), attribute, deviceClass: detail.specs[name]?.deviceClass ?? ''}];
  });
  return readings.length > 0 ? <List readings={readings} /> : null;
}

function ofEntity(entity: Entity, device: Device): Reading[] {
  return Object.entries(entity.attributeNames).flatMap(([role, name]): Reading[] => {
    const attribute = device.attributes[name];
    if (!attribute) return [];
    const called = entityName(entity) || (role === 'state' ? attributeName(name) : '');
    return [{key: name, name: role === 'state' ? called : [called, attributeName(role)].filter(Boolean).join(' · '), attribute,
      deviceClass: entity.deviceClass ?? ''}];
  });
}

export function Values({device, detail}: {device: Device; detail: DeviceDetail}) {
  const t = deviceTexts.value;
  const readable = detail.entities.filter((one) => one.commands.length === 0 && !isEvent(one) && !hasPicture(one));
  const owned = new Set(detail.entities.flatMap((one) => Object.values(one.attributeNames)));
  const own = Object.entries(device.attributes)
    .filter(([name, one]) => !owned.has(name) && !one.writable)
    .map(([name, attribute]) => ({key: name, name: attributeName(name), attribute, deviceClass: detail.specs[name]?.deviceClass ?? ''}));
  const main = [...own, ...readable.filter((one) => placeOf(one) === 'main').flatMap((one) => ofEntity(one, device))];
  const folded = readable.filter((one) => placeOf(one) !== 'main').flatMap((one) => ofEntity(one, device));
  const families = new Map<string, Reading[]>();
  for (const reading of main) {
    const family = familyOf(reading.deviceClass, reading.key);
    families.set(family, [...(families.get(family) ?? []), reading]);
  }
  const order = Object.keys(t.families);
  const shown = [...families].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  return (
    <>
      {shown.length > 0 && (
        <section class="card">
          <h2>{t.measures}</h2>
          {shown.map(([family, readings]) => (
            <div key={family} class="family" role="group" aria-label={t.families[family]}>
              {shown.length > 1 && <h3>{t.families[family]}</h3>}
              <List readings={readings} />
            </div>
          ))}
        </section>
      )}
      {folded.length > 0 && (
        <details class="card fold">
          <summary>{t.diagnostics}<span class="count">{folded.length}</span></summary>
          <List readings={folded} />
        </details>
      )}
    </>
  );
}
