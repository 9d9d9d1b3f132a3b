// What is planned: the runs of the next seven days, in the time of the house.

import {useEffect, useState} from 'preact/hooks';
import {request} from '../api.ts';
import {revision} from '../automations.ts';
import {ruleTexts} from '../i18n_rules.ts';
import {daysShown} from '../schedules.ts';
import {explain} from './loaded.ts';
import {Week, type WeekEntry} from './week.tsx';

interface Upcoming {
  automation: number;
  name: string;
  rule: string;
  at: string;
  local: string;
  zone: string;
}

export function UpcomingWeek() {
  const t = ruleTexts.value;
  const [all, setAll] = useState<Upcoming[] | null>(null);
  useEffect(() => {
    const until = new Date(Date.now() + (daysShown + 1) * 86_400_000).toISOString();
    request<{upcoming: Upcoming[]}>('GET', `/api/automations/upcoming?until=${until}`).then((answer) => setAll(answer.upcoming), explain);
  }, [revision.value]);
  if (!all) return null;
  const entries: WeekEntry[] = all.map((one, index) => ({
    key: `${one.automation} ${one.rule} ${one.at} ${index}`, at: one.at, localTime: one.local, zone: one.zone, title: one.rule,
    detail: one.name === one.rule ? '' : one.name, href: `/automations/${one.automation}`,
  }));
  return (
    <details class="card fold upcoming">
      <summary>{t.upcoming}<span class="count">{all.length}</span></summary>
      <Week entries={entries} label={t.upcoming} />
    </details>
  );
}
