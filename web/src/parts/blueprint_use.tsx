// On the page of an automation that was made of a blueprint: of which one, and with what.

import {useEffect, useState} from 'preact/hooks';
import {find, renew, useOf, valuesOf, type Blueprint, type Use} from '../blueprints.ts';
import {revision} from '../automations.ts';
import {blueprintTexts} from '../i18n_blueprints.ts';
import {isAdministrator} from '../session.ts';
import {BlueprintForm} from './blueprint_form.tsx';
import {Dialog} from './dialog.tsx';
import {explain} from './loaded.ts';

export function BlueprintUse({automation}: {automation: number}) {
  const t = blueprintTexts.value;
  const [made, setMade] = useState<{use: Use; blueprint: Blueprint} | null>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    let current = true;
    useOf(automation).then(async (use) => {
      const blueprint = use && await find(use.blueprint);
      if (current) setMade(use && blueprint && {use, blueprint});
    }).catch(explain);
    return () => { current = false; };
  }, [automation, revision.value]);
  if (!made) return null;
  const {use, blueprint} = made;
  return (
    <section class="card">
      <header>
        <h2><a href="/blueprints">{t.madeOf(blueprint.name)}</a></h2>
        {use.newest > use.version && <span class="pill is-idle">{t.outdated}</span>}
        {isAdministrator.value && <button type="button" class="secondary" onClick={() => setOpen(true)}>{use.newest > use.version ? t.renew : t.adjust}</button>}
      </header>
      <dl class="attributes">
        {blueprint.inputs.filter((one) => one.name in use.inputs).map((one) => (
          <div key={one.name}><dt>{one.label}</dt><dd>{typeof use.inputs[one.name] === 'boolean' ? (use.inputs[one.name] ? t.yes : t.no) : String(use.inputs[one.name])}</dd></div>
        ))}
      </dl>
      {isOpen && (
        <Dialog title={t.madeOf(blueprint.name)} onClose={() => setOpen(false)}
          onSubmit={(fields) => renew(automation, valuesOf(blueprint.inputs, fields)).then(() => { revision.value++; })}>
          <BlueprintForm inputs={blueprint.inputs} given={use.inputs} />
        </Dialog>
      )}
    </section>
  );
}
