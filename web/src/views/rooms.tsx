import type {Signal} from '@preact/signals';
import {loaded, rooms, type Room} from '../devices.ts';
import {moment, texts, withUnit} from '../i18n.ts';
import {Icon} from '../parts/icon.tsx';
import {Switch} from '../parts/switch.tsx';
import type {Device} from '../types.ts';

/** The one line that says most about a device. */
export function summary(device: Device): string {
  const t = texts.value;
  if (!device.online) return device.lastSeen ? t.unavailableSince(moment(device.lastSeen)) : t.unavailable;
  const parts: string[] = [];
  const value = (name: string) => device.attributes[name]?.value;
  if (typeof value('temperature') === 'number') parts.push(withUnit(value('temperature') as number, '°C'));
  if (typeof value('motion') === 'boolean') parts.push(`${t.names.motion} : ${value('motion') ? '●' : '○'}`);
  if (typeof value('illuminance') === 'number') parts.push(withUnit(value('illuminance') as number, 'lx'));
  if ('status' in device.attributes) {
    parts.push(device.status ? t.on : t.off);
    if (device.status && typeof value('power') === 'number') parts.push(withUnit(value('power') as number, 'W'));
  }
  return parts.join(' · ') || t.neverSeen;
}

function Tile({device}: {device: Signal<Device>}) {
  const one = device.value;
  return (
    <li class={`tile ${one.status ? 'is-on' : ''} ${one.online ? '' : 'is-offline'}`}>
      <a href={`/devices/${one.id}`}>
        <span class="badge"><Icon name={one.type} /></span>
        <span class="what">
          <strong>{one.name}</strong>
          <small>{summary(one)}</small>
        </span>
      </a>
      {'status' in one.attributes && <Switch device={one} />}
    </li>
  );
}

function RoomSection({room}: {room: Room}) {
  const switches = room.devices.filter((device) => 'status' in device.value.attributes);
  const on = switches.filter((device) => device.value.status).length;
  return (
    <section>
      <header>
        <h2>{room.name}</h2>
        {switches.length > 0 && <span class="count">{texts.value.devicesOn(on, switches.length)}</span>}
      </header>
      <ul class="tiles">
        {room.devices.map((device) => <Tile key={device.peek().id} device={device} />)}
      </ul>
    </section>
  );
}

export function Rooms() {
  const t = texts.value;
  if (!loaded.value) return <p class="empty">{t.loading}</p>;
  if (rooms.value.length === 0) return <p class="empty">{t.noDevices}</p>;
  return (
    <>
      <h1>{t.rooms}</h1>
      {rooms.value.map((room) => <RoomSection key={room.name} room={room} />)}
    </>
  );
}
