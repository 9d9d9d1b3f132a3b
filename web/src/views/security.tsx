import {moment, texts, withUnit} from '../i18n.ts';
import {attempt} from '../notices.ts';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {Icon} from '../parts/icon.tsx';
import {Switch} from '../parts/switch.tsx';
import {useTitle} from '../parts/title.ts';
import {acknowledge, alerts, isOpen, problem, sensors, setActive, unknownAlerts, type Alert, type Sensor} from '../security.ts';

/** What a sensor has noticed, in the language of the person; what rules and plugins say is shown as they wrote it. */
function sentenceOf(alert: Alert): string {
  return (alert.sensorId !== null && texts.value.detections[alert.type]) || alert.message;
}

function AlertRow({alert}: {alert: Alert}) {
  const t = texts.value;
  const facts = [[alert.sensor, alert.location].filter(Boolean).join(', '), moment(alert.timestamp)].filter(Boolean);
  if (alert.count > 1) facts.push(t.times(alert.count));
  if (alert.clearedAt) facts.push(t.clearedAt(moment(alert.clearedAt)));
  return (
    <li class={`card rule alert is-${alert.severity} ${isOpen(alert) ? 'is-open' : ''}`}>
      <span class="mark"><Icon name="alert" /></span>
      <div>
        <strong>{sentenceOf(alert)}</strong>
        <small>{facts.join(' · ')}</small>
      </div>
      <span class={`pill ${alert.severity === 'critical' && !alert.acknowledged ? 'is-failed' : 'is-idle'}`}>
        {t.severities[alert.severity]}
      </span>
      {alert.acknowledged ? <small class="known">{t.acknowledged}</small> : (
        <button type="button" class="quiet" aria-label={t.acknowledgeOne(sentenceOf(alert))} onClick={() => attempt(acknowledge(alert.id))}>
          {t.acknowledge}
        </button>
      )}
    </li>
  );
}

function SensorRow({sensor}: {sensor: Sensor}) {
  const t = texts.value;
  const isActive = sensor.status === 'active';
  const facts = [sensor.location, t.sensorTypes[sensor.type] ?? sensor.type];
  if (sensor.battery !== null) facts.push(`${t.names.battery} ${withUnit(sensor.battery, '%')}`);
  facts.push(sensor.lastTrigger ? t.lastTrigger(moment(sensor.lastTrigger)) : t.neverTriggered);
  return (
    <li class={`card rule ${isActive ? '' : 'is-disabled'}`}>
      <span class="mark"><Icon name="sensor" /></span>
      <div>
        <strong>{sensor.name}</strong>
        <small>{facts.join(' · ')}</small>
      </div>
      {sensor.triggered && <span class="pill is-failed">{t.triggered}</span>}
      <Switch
        checked={isActive} label={sensor.name} hint={isActive ? t.disable(sensor.name) : t.enable(sensor.name)}
        onToggle={() => attempt(setActive(sensor.id, !isActive))}
      />
    </li>
  );
}

export function Security() {
  const t = texts.value;
  useTitle(t.security);
  const count = unknownAlerts.value.length;
  return (
    <>
      <h1>{t.security}</h1>
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
      {!alerts.value && !problem.value && <Skeleton tiles={3} />}
      {alerts.value && (
        <section aria-labelledby="alerts">
          <h2 id="alerts">{count > 0 ? t.alertsToSee(count) : t.alerts}</h2>
          {alerts.value.length === 0 && <Empty icon="alert" title={t.noAlerts} />}
          <ul class="rules">{alerts.value.map((one) => <AlertRow key={one.id} alert={one} />)}</ul>
        </section>
      )}
      {sensors.value && (
        <section aria-labelledby="sensors">
          <h2 id="sensors">{t.sensors}</h2>
          {sensors.value.length === 0 && <Empty icon="sensor" title={t.noSensors}>{t.noSensorsHint}</Empty>}
          <ul class="rules">{sensors.value.map((one) => <SensorRow key={one.id} sensor={one} />)}</ul>
        </section>
      )}
    </>
  );
}
