import {useState} from 'preact/hooks';
import {controlsOf, hasPicture, isEvent, ownControls, placeOf, type Control} from '../controls.ts';
import {useDetail} from '../detail.ts';
import {entityName} from '../device_words.ts';
import {device as findDevice, loaded} from '../devices.ts';
import {exactMoment, moment, texts} from '../i18n.ts';
import {deviceTexts} from '../i18n_devices.ts';
import {homeTexts} from '../i18n_home.ts';
import {ControlRow} from '../parts/controls/control.tsx';
import {DeviceEditor} from '../parts/device_editor.tsx';
import {DeviceFacts} from '../parts/device_facts.tsx';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {HistoryCard} from '../parts/history.tsx';
import {Icon} from '../parts/icon.tsx';
import {Picture} from '../parts/picture.tsx';
import {DeviceSwitch} from '../parts/switch.tsx';
import {useTitle} from '../parts/title.ts';
import {Readings, Values} from '../parts/values.tsx';
import {alerts, isOpen} from '../security.ts';
import {isAdministrator} from '../session.ts';
import {summary} from '../summary.ts';
import type {Device, DeviceDetail, Entity} from '../types.ts';

interface Part {
  entity: Entity | null;
  controls: Control[];
}

/** The switch at the top of the page is that of the main function. */
const isInHeader = (control: Control) => control.form.kind === 'switch' && control.attribute === 'status';

function functionsOf(device: Device, detail: DeviceDetail): Part[] {
  const own = ownControls(device, detail.specs);
  return [
    ...(own.length > 0 ? [{entity: null, controls: own}] : []),
    ...detail.entities.map((entity) => ({entity, controls: controlsOf(entity, device, detail.specs)})),
  ];
}

function FunctionCard({one: {entity, controls}, device, detail}: {one: Part; device: Device; detail: DeviceDetail}) {
  const t = deviceTexts.value;
  const likely = controls.filter((one) => one.isLikely && !isInHeader(one));
  const others = controls.filter((one) => !one.isLikely);
  if (likely.length + others.length === 0) return null;
  const name = entity ? entityName(entity) : '';
  const isLone = likely.length === 1 && likely[0].role === 'state';
  const row = (control: Control) => (
    <ControlRow key={control.key} control={control} device={device} entity={entity} spec={detail.specs[control.attribute]} isUnderName={!isLone} />
  );
  return (
    <div class="function" role="group" aria-label={name || texts.value.controls}>
      {name && !isLone && <h3>{name}</h3>}
      {entity && entity.availability !== 'available' && device.online && <p class="aside">{t.availability[entity.availability]}</p>}
      {likely.map(row)}
      {entity && <Readings entity={entity} controls={controls} device={device} detail={detail} />}
      {others.length > 0 && (
        <details class="fold">
          <summary>{t.more}</summary>
          <p class="aside">{t.moreHint}</p>
          {others.map(row)}
        </details>
      )}
    </div>
  );
}

function Functions({device, detail}: {device: Device; detail: DeviceDetail}) {
  const t = deviceTexts.value;
  const all = functionsOf(device, detail).filter((one) => one.controls.length > 0);
  const main = all.filter(({entity, controls}) => (!entity || placeOf(entity) === 'main') && controls.some((one) => !isInHeader(one)));
  const settings = all.filter(({entity}) => entity && placeOf(entity) !== 'main');
  const card = (one: Part) => <FunctionCard key={one.entity?.id ?? ''} one={one} device={device} detail={detail} />;
  return (
    <>
      {main.length > 0 && <section class="card controls" aria-label={texts.value.controls}>{main.map(card)}</section>}
      {settings.length > 0 && (
        <details class="card fold">
          <summary>{t.settings}<span class="count">{settings.length}</span></summary>
          {settings.map(card)}
        </details>
      )}
    </>
  );
}

function Events({detail}: {detail: DeviceDetail}) {
  const t = deviceTexts.value;
  const events = detail.entities.filter(isEvent);
  if (events.length + detail.triggers.length === 0) return null;
  return (
    <section class="card">
      <h2>{t.events}</h2>
      <dl class="attributes">
        {events.map((one) => (
          <div key={one.id}>
            <dt>{entityName(one) || detail.name}</dt>
            <dd>{typeof one.state === 'string' ? one.state : '–'}</dd>
            <dd class="when">{one.eventCount ? t.happened(one.eventCount) : t.neverHappened}</dd>
          </div>
        ))}
        {detail.triggers.map((one) => (
          <div key={one.id}>
            <dt>{[one.type, one.subtype].filter(Boolean).join(' · ') || one.id}</dt>
            <dd>{one.fired > 0 ? t.happened(one.fired) : '–'}</dd>
            <dd class="when">{one.lastFired ? moment(one.lastFired) : t.neverHappened}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Pictures({device, detail}: {device: Device; detail: DeviceDetail}) {
  const shown = detail.entities.filter(hasPicture);
  return (
    <>
      {shown.map((one) => (
        <section key={one.id} class="card" aria-label={entityName(one) || device.name}>
          <h2>{entityName(one) || device.name}</h2>
          <Picture entity={one} device={device} />
        </section>
      ))}
    </>
  );
}

/** What went wrong with this device and nobody has seen yet: commands that were not confirmed among it. */
function Alerts({id}: {id: number}) {
  const open = (alerts.value ?? []).filter((one) => one.deviceId === id && isOpen(one));
  if (open.length === 0) return null;
  return (
    <section class="attention" aria-label={deviceTexts.value.alertsOf}>
      <ul>
        {open.map((one) => (
          <li key={one.id}><a href="/security"><Icon name="alert" /><span>{one.message || one.title}</span><small>{moment(one.timestamp)}</small></a></li>
        ))}
      </ul>
    </section>
  );
}

function Headline({device, detail}: {device: Device; detail: DeviceDetail | null}) {
  const reason = !device.online && detail && detail.availability !== 'available' ? deviceTexts.value.availability[detail.availability] : '';
  return (
    <p class={`headline ${device.online ? '' : 'is-offline'}`}>
      {summary(device)}{reason && <small> · {reason}</small>}
    </p>
  );
}

export function DevicePage({id}: {id: number}) {
  const t = texts.value;
  const device = findDevice(id)?.value;
  const [isEdited, setEdited] = useState(false);
  const {detail, problem} = useDetail(id, device);
  useTitle(device?.name ?? '');
  if (!device) return loaded.value ? <Empty icon="search" title={t.deviceNotFound}><a href="/">{t.back}</a></Empty> : <Skeleton tiles={2} />;
  return (
    <>
      <header class="title" data-type={device.type}>
        <a class="back" href="/" aria-label={t.back}><Icon name="back" /></a>
        <span class={`badge ${device.status ? 'is-on' : ''}`}><Icon name={device.type} /></span>
        <div>
          <h1>{device.name}</h1>
          <p>{device.room || homeTexts.value.unnamedRoom} · {t.types[device.type] ?? device.type}</p>
        </div>
        {isAdministrator.value && (
          <button type="button" class="round" aria-label={homeTexts.value.editDevice} title={homeTexts.value.editDevice} onClick={() => setEdited(true)}>
            <Icon name="edit" />
          </button>
        )}
        {'status' in device.attributes && <DeviceSwitch device={device} />}
      </header>
      {isEdited && <DeviceEditor device={device} onClose={() => setEdited(false)} />}
      <Headline device={device} detail={detail} />
      <Alerts id={id} />
      {problem && <p class="problem" role="alert">{problem}</p>}
      {detail && <Pictures device={device} detail={detail} />}
      {detail ? <Functions device={device} detail={detail} /> : !problem && <Skeleton tiles={1} />}
      <HistoryCard device={device} />
      {detail && <Values device={device} detail={detail} />}
      {detail && <Events detail={detail} />}
      {detail && <DeviceFacts detail={detail} />}
      <p class="aside">
        {t.labelled(t.lastSeen, device.lastSeen ? exactMoment(device.lastSeen) : t.neverSeen)} · <code>{device.uid}</code>
      </p>
    </>
  );
}
