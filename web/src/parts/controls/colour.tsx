// A colour: a few that people use, and any other.

import {hexOf, inSpace, type ColourSpace} from '../../controls.ts';
import {deviceTexts} from '../../i18n_devices.ts';
import type {Plain} from '../../types.ts';

const presets = ['#ff0000', '#ff8000', '#ffd000', '#00c000', '#00b0ff', '#0030ff', '#a000ff', '#ff00a0'];

export function Colour({id, space, value, onSet}: {id: string; space: ColourSpace; value: Plain; onSet: (next: number[]) => void}) {
  const shown = hexOf(space, value);
  return (
    <div class="colours">
      <input id={id} type="color" value={shown ?? '#ffffff'} onChange={(event) => onSet(inSpace(space, event.currentTarget.value))} />
      {presets.map((hex) => (
        <button
          key={hex} type="button" class="swatch" aria-label={`${deviceTexts.value.roles.colour} ${hex}`} aria-pressed={shown === hex}
          ref={(element) => element?.style.setProperty('--swatch', hex)} onClick={() => onSet(inSpace(space, hex))}
        />
      ))}
    </div>
  );
}
