import {useEffect, useState} from 'preact/hooks';
import {
  applyScene, captureScene, commandMany, groups, reloadCollections, removeGroup, removeScene, renameScene, saveGroup, scenes, type Group, type Scene,
} from '../collections.ts';
import {device} from '../devices.ts';
import {homeTexts} from '../i18n_home.ts';
import {texts} from '../i18n.ts';
import {attempt} from '../notices.ts';
import {explain} from '../parts/loaded.ts';
import {chosenDevices, DeviceChoice} from '../parts/device_choice.tsx';
import {Dialog} from '../parts/dialog.tsx';
import {Empty, Skeleton} from '../parts/empty.tsx';
import {Icon} from '../parts/icon.tsx';
import {Remove} from '../parts/remove.tsx';
import {useTitle} from '../parts/title.ts';
import {isAdministrator} from '../session.ts';

const nameOf = (fields: FormData) => String(fields.get('name')).trim();

function GroupRow({group, onEdit}: {group: Group; onEdit: () => void}) {
  const t = homeTexts.value;
  const members = group.devices.map((id) => device(id)?.value).filter((one) => one !== undefined);
  const switches = members.filter((one) => 'status' in one.attributes);
  const on = switches.filter((one) => one.status).length;
  return (
    <li class="card rule group">
      <div>
        <strong>{group.name}</strong>
        <small>{switches.length > 0 ? t.members(on, switches.length) : ''} · {members.map((one) => one.name).join(', ')}</small>
      </div>
      <button type="button" class="quiet" aria-label={t.allOn(group.name)} onClick={() => attempt(commandMany({group: group.id}, 'on'))}>{t.turnOn}</button>
      <button type="button" class="quiet" aria-label={t.allOff(group.name)} onClick={() => attempt(commandMany({group: group.id}, 'off'))}>{t.turnOff}</button>
      {isAdministrator.value && (
        <>
          <button type="button" class="round" aria-label={t.editOne(group.name)} title={t.edit} onClick={onEdit}><Icon name="edit" /></button>
          <Remove name={group.name} onRemove={() => attempt(removeGroup(group.id))} />
        </>
      )}
    </li>
  );
}

function SceneRow({scene, onEdit}: {scene: Scene; onEdit: () => void}) {
  const t = homeTexts.value;
  const names = [...new Set(scene.steps.map((step) => device(step.device)?.value.name ?? `#${step.device}`))];
  return (
    <li class="card rule scene">
      <div>
        <strong>{scene.name}</strong>
        <small>{t.steps(scene.steps.length)} · {names.join(', ')}</small>
      </div>
      <button type="button" class="quiet" aria-label={t.apply(scene.name)} onClick={() => attempt(applyScene(scene.id))}><Icon name="play" /></button>
      {isAdministrator.value && (
        <>
          <button type="button" class="round" aria-label={t.editOne(scene.name)} title={t.edit} onClick={onEdit}><Icon name="edit" /></button>
          <Remove name={scene.name} onRemove={() => attempt(removeScene(scene.id))} />
        </>
      )}
    </li>
  );
}

type Edited = {kind: 'group'; group: Group | null} | {kind: 'scene'; scene: Scene | null};

function Editor({edited, onClose}: {edited: Edited; onClose: () => void}) {
  const t = homeTexts.value;
  const known = edited.kind === 'group' ? edited.group : edited.scene;
  const title = known ? t.editOne(known.name) : edited.kind === 'group' ? t.makeGroup : t.makeScene;
  const chosen = edited.kind === 'group' ? edited.group?.devices ?? [] : (edited.scene?.steps ?? []).map((step) => step.device);
  const [recapture, setRecapture] = useState(false);
  const save = (fields: FormData) => {
    if (edited.kind === 'group') return saveGroup(edited.group?.id ?? null, nameOf(fields), chosenDevices(fields));
    return edited.scene && !recapture ? renameScene(edited.scene, nameOf(fields))
      : captureScene(edited.scene?.id ?? null, nameOf(fields), chosenDevices(fields));
  };
  return (
    <Dialog title={title} onClose={onClose} onSubmit={save}>
      <label>{t.name}<input name="name" required maxLength={120} defaultValue={known?.name ?? ''} autocomplete="off" /></label>
      {edited.kind === 'scene' && edited.scene && (
        <label class="check"><input type="checkbox" checked={recapture} onChange={(event) => setRecapture(event.currentTarget.checked)} />{t.recapture}</label>
      )}
      {(edited.kind === 'group' || !edited.scene || recapture) && <DeviceChoice chosen={chosen} />}
    </Dialog>
  );
}

export function Groups() {
  const t = homeTexts.value;
  const [edited, setEdited] = useState<Edited | null>(null);
  useTitle(t.groupsAndScenes);
  useEffect(() => { reloadCollections().catch(explain); }, []);
  return (
    <>
      <header class="title">
        <a class="back" href="/" aria-label={texts.value.back}><Icon name="back" /></a>
        <div><h1>{t.groupsAndScenes}</h1></div>
      </header>
      {!groups.value && <Skeleton tiles={3} />}
      {scenes.value && (
        <section aria-labelledby="scenes">
          <header><h2 id="scenes">{t.scenes}</h2>
            {isAdministrator.value && <button type="button" class="secondary" onClick={() => setEdited({kind: 'scene', scene: null})}>{t.makeScene}</button>}
          </header>
          {scenes.value.length === 0 && <Empty icon="play" title={t.noScenes}>{t.noScenesHint}</Empty>}
          <ul class="rules">{scenes.value.map((scene) => <SceneRow key={scene.id} scene={scene} onEdit={() => setEdited({kind: 'scene', scene})} />)}</ul>
        </section>
      )}
      {groups.value && (
        <section aria-labelledby="groups">
          <header><h2 id="groups">{t.groups}</h2>
            {isAdministrator.value && <button type="button" class="secondary" onClick={() => setEdited({kind: 'group', group: null})}>{t.makeGroup}</button>}
          </header>
          {groups.value.length === 0 && <Empty icon="plug" title={t.noGroups}>{t.noGroupsHint}</Empty>}
          <ul class="rules">{groups.value.map((group) => <GroupRow key={group.id} group={group} onEdit={() => setEdited({kind: 'group', group})} />)}</ul>
        </section>
      )}
      {edited && <Editor edited={edited} onClose={() => setEdited(null)} />}
    </>
  );
}
