import type {Signal} from '@preact/signals';
import {useState} from 'preact/hooks';
import {applyScene, commandMany, scenes} from '../collections.ts';
import {all, loaded, rooms, type Room} from '../devices.ts';
import {moment, texts, withUnit} from '../i18n.ts';
import {homeTexts} from '../i18n_home.ts';
import {newCount} from '../inbox.ts';
import {attempt} from '../notices.ts';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {HouseMode} from '../parts/house_mode.tsx';
import {Icon} from '../parts/icon.tsx';
import {SelectionBar} from '../parts/selection_bar.tsx';
import {DeviceSwitch} from '../parts/switch.tsx';
import {useTitle} from '../parts/title.ts';
import {isAdministrator} from '../session.ts';
import {summary} from '../summary.ts';
import type {Device} from '../types.ts';

const lowBattery = 20; // %

/** What people have ticked while they choose. */
interface Selection {
  ids: ReadonlySet<number>;
  choose: (ids: number[], isChosen: boolean) => void;
}

function Tile({device, selection}: {device: Signal<Device>; selection: Selection | null}) {
  const one = device.value;
  const look = `tile ${one.status ? 'is-on' : ''} ${one.online ? '' : 'is-offline'}`;
  if (selection)
    return (
      <li class={look} data-type={one.type}>
        <label class="pick">
          <input type="checkbox" aria-label={homeTexts.value.selectOne(one.name)} checked={selection.ids.has(one.id)}
            onChange={(event) => selection.choose([one.id], event.currentTarget.checked)} />
          <span class="what"><strong>{one.name}</strong><small>{summary(one)}</small></span>
        </label>
      </li>
    );
  return (
    <li class={look} data-type={one.type}>
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

function RoomSection({room, selection}: {room: Room; selection: Selection | null}) {
  const t = homeTexts.value;
  const name = room.name || t.unnamedRoom;
  const switches = room.devices.filter((device) => 'status' in device.value.attributes);
  const on = switches.filter((device) => device.value.status).length;
  const ids = room.devices.map((device) => device.peek().id);
  const isAll = selection !== null && ids.every((id) => selection.ids.has(id));
  return (
    <section>
      <header>
        <h2>{name}</h2>
        {switches.length > 0 && <span class="count">{texts.value.devicesOn(on, switches.length)}</span>}
        {selection
          ? <label class="check end"><input type="checkbox" aria-label={t.selectAll(name)} checked={isAll} onChange={() => selection.choose(ids, !isAll)} /></label>
          : switches.length > 1 && room.name && (
            <button type="button" class="plain end" aria-label={on > 0 ? t.allOff(name) : t.allOn(name)}
              onClick={() => attempt(commandMany({room: room.name}, on > 0 ? 'off' : 'on'))}>
              {on > 0 ? t.turnOff : t.turnOn}
            </button>
          )}
      </header>
      <ul class="tiles">
        {room.devices.map((device) => <Tile key={device.peek().id} device={device} selection={selection} />)}
      </ul>
    </section>
  );
}

/** Scenes in one press. */
function Scenes() {
  const t = homeTexts.value;
  const all = scenes.value ?? [];
  return (
    <nav class="chips" aria-label={t.groupsAndScenes}>
      {all.slice(0, 8).map((one) => (
        <button key={one.id} type="button" class="chip" aria-label={t.apply(one.name)} onClick={() => attempt(applyScene(one.id))}>
          <Icon name="play" />{one.name}
        </button>
      ))}
      <a class="chip" href="/groups">{t.groupsAndScenes}</a>
      {newCount.value > 0 && isAdministrator.value && <a class="chip is-new" href="/inbox"><Icon name="inbox" />{t.inboxCount(newCount.value)}</a>}
    </nav>
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
  const [chosen, setChosen] = useState<ReadonlySet<number> | null>(null);
  useTitle(t.rooms);
  if (!loaded.value) return <><h1>{t.rooms}</h1><Skeleton /></>;
  if (rooms.value.length === 0) return <><h1>{t.rooms}</h1><Empty icon="plug" title={t.noDevices}>{t.noDevicesHint}</Empty></>;
  const selection: Selection | null = chosen && {
    ids: chosen,
    choose: (ids, isChosen) => setChosen((before) => {
      const next = new Set(before);
      for (const id of ids) if (isChosen) next.add(id); else next.delete(id);
      return next;
    }),
  };
  return (
    <>
      <header class="title">
        <h1>{t.rooms}</h1>
        <HouseMode />
        <Overview />
      </header>
      <Attention />
      <div class="toolbar">
        <Scenes />
        <button type="button" class="plain" aria-pressed={chosen !== null} onClick={() => setChosen(chosen ? null : new Set())}>
          {chosen ? homeTexts.value.endSelection : homeTexts.value.select}
        </button>
      </div>
      <div class="rooms">
        {rooms.value.map((room) => <RoomSection key={room.name} room={room} selection={selection} />)}
      </div>
      {selection && <SelectionBar ids={[...selection.ids]} onDone={() => setChosen(null)} />}
    </>
  );
}
