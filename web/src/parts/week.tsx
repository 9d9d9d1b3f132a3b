// Seven days from today, with what happens on each: a grid on wide screens, a list by day on narrow ones.

import {timeFormat} from '../i18n.ts';
import {timeTexts} from '../i18n_times.ts';
import {clockOf, dateOf, daysShown, utcText} from '../schedules.ts';
import {Empty} from './empty.tsx';

export interface WeekEntry {
  key: string;
  at: string;
  localTime: string;
  zone: string;
  title: string;
  detail: string;
  href?: string;
  onOpen?: () => void;
}

const mostADay = 12;

/** Dates from today on in the zone of the site; without entries that of the browser. */
function datesFrom(zone: string | undefined): string[] {
  const parts = new Intl.DateTimeFormat('en-CA', {timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit'});
  const today = Date.parse(`${parts.format(new Date())}T12:00:00Z`);
  return Array.from({length: daysShown}, (_, index) => new Date(today + index * 86_400_000).toISOString().slice(0, 10));
}

function Entry({one}: {one: WeekEntry}) {
  const content = <><time dateTime={one.at} title={utcText(one.at)}>{clockOf(one.localTime)}</time><span>{one.title}</span><small>{one.detail}</small></>;
  return (
    <li>
      {one.href ? <a class="entry" href={one.href}>{content}</a>
        : <button type="button" class="entry" onClick={one.onOpen}>{content}</button>}
    </li>
  );
}

export function Week({entries, label}: {entries: WeekEntry[]; label: string}) {
  const t = timeTexts.value;
  const zones = [...new Set(entries.map((one) => one.zone))];
  const dates = datesFrom(zones[0]);
  const shown = entries.filter((one) => dates.includes(dateOf(one.localTime)));
  if (shown.length === 0) return <Empty icon="calendar" title={t.nothingThisWeek} />;
  const names = timeFormat({weekday: 'short', timeZone: 'UTC'});
  const numbers = timeFormat({day: 'numeric', month: 'short', timeZone: 'UTC'});
  return (
    <>
      <ol class="week" aria-label={label}>
        {dates.map((date, index) => {
          const noon = new Date(`${date}T12:00:00Z`);
          const mine = shown.filter((one) => dateOf(one.localTime) === date).sort((a, b) => a.at.localeCompare(b.at));
          return (
            <li key={date} class={mine.length === 0 ? 'is-empty' : ''} aria-label={`${names.format(noon)} ${numbers.format(noon)}`}>
              <h3>{index === 0 ? t.today : names.format(noon)}<small>{numbers.format(noon)}</small></h3>
              <ul>{mine.slice(0, mostADay).map((one) => <Entry key={one.key} one={one} />)}</ul>
              {mine.length > mostADay && <p class="aside">{t.more(mine.length - mostADay)}</p>}
            </li>
          );
        })}
      </ol>
      <p class="aside">{zones.map((zone) => t.localTime(zone)).join(' · ')}</p>
    </>
  );
}
