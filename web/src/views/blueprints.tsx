import {useState} from 'preact/hooks';
import {listPath, make, remove, valuesOf, type Blueprint} from '../blueprints.ts';
import {texts} from '../i18n.ts';
import {blueprintTexts} from '../i18n_blueprints.ts';
import {homeTexts} from '../i18n_home.ts';
import {BlueprintForm} from '../parts/blueprint_form.tsx';
import {Dialog} from '../parts/dialog.tsx';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {Icon} from '../parts/icon.tsx';
import {useLoaded} from '../parts/loaded.ts';
import {Remove} from '../parts/remove.tsx';
import {useTitle} from '../parts/title.ts';
import {go} from '../router.ts';
import {isAdministrator} from '../session.ts';

function Row({blueprint, onUse, onRemove}: {blueprint: Blueprint; onUse: () => void; onRemove: () => void}) {
  const t = blueprintTexts.value;
  const edit = homeTexts.value.editOne(blueprint.name);
  return (
    <li class="card rule">
      <div>
        <strong>{blueprint.name}</strong>
        <small>{[blueprint.description, t.uses(blueprint.uses)].filter(Boolean).join(' · ')}</small>
      </div>
      {isAdministrator.value && (
        <>
          <button type="button" class="quiet" aria-label={t.useOne(blueprint.name)} onClick={onUse}>{t.use}</button>
          <a class="round" href={`/blueprints/${blueprint.id}/edit`} aria-label={edit} title={edit}><Icon name="edit" /></a>
          <Remove name={blueprint.name} onRemove={onRemove} />
        </>
      )}
    </li>
  );
}

export function Blueprints() {
  const t = blueprintTexts.value;
  const [answer, change] = useLoaded<{blueprints: Blueprint[]}>(listPath);
  const [used, setUsed] = useState<Blueprint | null>(null);
  useTitle(t.blueprints);
  return (
    <>
      <header class="title">
        <a class="back" href="/automations" aria-label={texts.value.back}><Icon name="back" /></a>
        <div><h1>{t.blueprints}</h1><p>{t.hint}</p></div>
        {isAdministrator.value && <a class="primary button" href="/blueprints/new">{t.create}</a>}
      </header>
      {!answer && <Skeleton tiles={3} />}
      {answer?.blueprints.length === 0 && <Empty icon="bolt" title={t.none}>{t.noneHint}</Empty>}
      {answer && answer.blueprints.length > 0 && (
        <ul class="rules">
          {answer.blueprints.map((one) => (
            <Row key={one.id} blueprint={one} onUse={() => setUsed(one)} onRemove={() => void change(() => remove(one.id))} />
          ))}
        </ul>
      )}
      {used && (
        <Dialog title={t.useOne(used.name)} onClose={() => setUsed(null)} onSubmit={async (fields) => {
          const id = await make(used.id, String(fields.get('automation')).trim(), valuesOf(used.inputs, fields));
          go(`/automations/${id}`);
        }}>
          {used.description && <p class="aside">{used.description}</p>}
          <label>{t.automationName}<input name="automation" required maxLength={100} defaultValue={used.name} autocomplete="off" /></label>
          <BlueprintForm inputs={used.inputs} given={{}} />
        </Dialog>
      )}
    </>
  );
}
