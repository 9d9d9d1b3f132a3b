// Automations to a file, and from one.

import {useState} from 'preact/hooks';
import {ApiError, download, request} from '../api.ts';
import {revision} from '../automations.ts';
import {blueprintTexts} from '../i18n_blueprints.ts';
import {attempt} from '../notices.ts';
import {Dialog} from './dialog.tsx';

interface Outcome {
  id: number | null;
  name: string;
  outcome: 'added' | 'replaced' | 'skipped';
}

const policies = ['skip', 'replace', 'add'];

async function automationsIn(file: File): Promise<unknown[]> {
  const content = await file.text().then(JSON.parse).catch(() => null);
  if (!Array.isArray(content?.automations)) throw new ApiError(0, blueprintTexts.peek().notAFile);
  return content.automations;
}

export function Exchange() {
  const t = blueprintTexts.value;
  const [isOpen, setOpen] = useState(false);
  const [outcomes, setOutcomes] = useState<Outcome[] | null>(null);
  const take = async (fields: FormData) => {
    const automations = await automationsIn(fields.get('file') as File);
    const answer = await request<{automations: Outcome[]}>('POST', '/api/automations/import', {automations, existing: fields.get('existing')});
    setOutcomes(answer.automations);
    revision.value++;
  };
  return (
    <>
      <button type="button" class="secondary" onClick={() => attempt(download('/api/automations/export', 'automations.json'))}>{t.export}</button>
      <button type="button" class="secondary" onClick={() => setOpen(true)}>{t.import}</button>
      {isOpen && (
        <Dialog title={t.importTitle} submit={t.import} onClose={() => setOpen(false)} onSubmit={take}>
          <label>{t.file}<input type="file" name="file" required accept="application/json,.json" /></label>
          <label>{t.existing}
            <select name="existing">{policies.map((one) => <option key={one} value={one}>{t.policies[one]}</option>)}</select>
          </label>
        </Dialog>
      )}
      {outcomes && (
        <Dialog title={t.imported(outcomes.length)} submit="OK" onClose={() => setOutcomes(null)} onSubmit={async () => undefined}>
          <ul class="skips">
            {outcomes.map((one, index) => (
              <li key={index}><span class="what"><strong>{one.name}</strong></span><span class="when">{t.outcomes[one.outcome]}</span></li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}
