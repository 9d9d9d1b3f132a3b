// Who made a device, and how the server knows it.

import {deviceTexts} from '../i18n_devices.ts';
import type {DeviceDetail} from '../types.ts';

export function DeviceFacts({detail}: {detail: DeviceDetail}) {
  const t = deviceTexts.value;
  const providers = [...new Set(detail.entities.map((one) => one.integration))].join(', ').replaceAll('_', ' ');
  const facts = ([
    [t.maker, detail.maker], [t.model, [detail.model, detail.modelId].filter(Boolean).join(' · ')], [t.firmware, detail.firmware],
    [t.hardware, detail.hardware], [t.serialNumber, detail.serialNumber], [t.zone, [detail.site, detail.zone].filter(Boolean).join(' · ')],
    [t.identifier, detail.identifiers.join(', ')], [t.address, detail.macs.map((one) => one.match(/../g)?.join(':')).join(', ')],
    [t.via, detail.via], [t.providedBy, providers],
  ] as [string, string | null | undefined][]).filter(([, value]) => value);
  // Only pages: what a device says of itself must not become a script.
  const page = /^https?:\/\//.test(detail.configurationUrl ?? '') ? detail.configurationUrl! : null;
  if (facts.length === 0 && !page) return null;
  return (
    <details class="card fold">
      <summary>{t.about}</summary>
      <dl class="attributes">
        {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd class="plain-text">{value}</dd></div>)}
      </dl>
      {page && <p class="aside"><a href={page} target="_blank" rel="noreferrer noopener">{t.configure}</a></p>}
    </details>
  );
}
