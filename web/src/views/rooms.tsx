import type {Signal} from '@preact/signals';
import {all, loaded, rooms, type Room} from '../devices.ts';
import {moment, texts, withUnit} from '../i18n.ts';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {HouseMode} from '../parts/house_mode.tsx';
import {Icon} from '../parts/icon.tsx';
import {DeviceSwitch} from '../parts/switch.tsx';
import {useTitle} from '../parts/title.ts';
import {summary} from '../summary.ts';
import type {Device} from '../types.ts';

const lowBattery = 20; // %

function Tile({device}: {device: Signal<Device>}) {
  const one = device.value;
  return (
    <li class={`tile ${one.status ? 'is-on' : ''} ${one.online ? '' : 'is-offline'}`} data-type={one.type}>
      <a href={`/devices/${one.id}`}>
        <span class="badge"><Icon name={one.type} /></span>
        <span class="what">
          <strong>{one.name}</strong>
          <small>{summary(one)}</small>
        </span>
      </a>
      {'status' in one.attributes && <DeviceSwitch device={one} />}
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

/** The whole home in one line: what draws power, and how much. */
function Overview() {
  const t = texts.value;
  const switches = all.value.filter((one) => 'status' in one.attributes);
  const on = switches.filter((one) => one.status);
  const watts = on.filter((one) => one.online).reduce((sum, one) => sum + (one.power || 0), 0);
  return (
    <dl class="overview">
      <div>
        <dt>{t.currentPower}</dt>
        <dd>{watts >= 1000 ? withUnit(watts / 1000, 'kW') : withUnit(Math.round(watts), 'W')}</dd>
      </div>
      <div>
        <dt>{t.devicesRunning}</dt>
        <dd>{on.length}<small> / {switches.length}</small></dd>
      </div>
    </dl>
  );
}

/** Only what is wrong; nothing at all when all is well. */
function Attention() {
  const t = texts.value;
  const troubles = all.value.flatMap((one) => {
    const battery = one.attributes.battery?.value;
    if (one.lastSeen && !one.online) return [{one, icon: 'alert', text: t.unavailableSince(moment(one.lastSeen))}];
    if (typeof battery === 'number' && battery <= lowBattery)
      return [{one, icon: 'battery', text: t.lowBattery(withUnit(battery, '%'))}];
    return [];
  });
  if (troubles.length === 0) return null;
  return (
    <section class="attention">
      <h2>{t.attention}</h2>
      <ul>
        {troubles.map(({one, icon, text}) => (
          <li key={one.id}>
            <a href={`/devices/${one.id}`}><Icon name={icon} /><span>{one.name} · {one.room}</span><small>{text}</small></a>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Rooms() {
  const t = texts.value;
  useTitle(t.rooms);
  if (!loaded.value) return <><h1>{t.rooms}</h1><Skeleton /></>;
  if (rooms.value.length === 0) return <><h1>{t.rooms}</h1><Empty icon="plug" title={t.noDevices}>{t.noDevicesHint}</Empty></>;
  return (
    <>
      <header class="title">
        <h1>{t.rooms}</h1>
        <HouseMode />
        <Overview />
      </header>
      <Attention />
      <div class="rooms">
        {rooms.value.map((room) => <RoomSection key={room.name} room={room} />)}
      </div>
    </>
  );
}
