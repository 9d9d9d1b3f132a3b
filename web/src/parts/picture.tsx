// The still picture of a camera, or the cover of what a player plays: read anew when the device says that there is a new one, and now
// and then where it never says so.

import {useEffect, useState} from 'preact/hooks';
import {picture} from '../api.ts';
import {entityName} from '../device_words.ts';
import {deviceTexts} from '../i18n_devices.ts';
import type {Device, Entity} from '../types.ts';

const refreshEvery = 10_000;

export function Picture({entity, device}: {entity: Entity; device: Device}) {
  const [address, setAddress] = useState<string | null | undefined>(undefined);
  const isPlayer = entity.component === 'media_player';
  const changed = Object.values(entity.attributeNames).map((name) => device.attributes[name]?.value ?? '').join(' ');
  useEffect(() => {
    let current = true;
    let shown: string | null = null;
    const read = async () => {
      const next = await picture(`/api/devices/${device.id}/picture?entity=${encodeURIComponent(entity.id)}`);
      if (!current) {
        if (next) URL.revokeObjectURL(next);
        return;
      }
      if (shown) URL.revokeObjectURL(shown);
      shown = next;
      setAddress(next);
    };
    void read();
    const timer = isPlayer ? undefined : setInterval(() => { if (!document.hidden) void read(); }, refreshEvery);
    return () => {
      current = false;
      clearInterval(timer);
      if (shown) URL.revokeObjectURL(shown);
    };
  }, [device.id, entity.id, changed]);
  const name = entityName(entity) || device.name;
  if (address) return <img class="picture" src={address} alt={deviceTexts.value.pictureOf(name)} />;
  return address === null && !isPlayer ? <p class="aside">{deviceTexts.value.noPicture}</p> : null;
}
