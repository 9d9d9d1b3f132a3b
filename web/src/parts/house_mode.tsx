// The mode of the house, for whoever may see it; who may not set it is told so by the server.

import {house, modeName, setMode} from '../house.ts';
import {texts} from '../i18n.ts';

export function HouseMode() {
  const state = house.value;
  if (!state) return null;
  return (
    <select class="house-mode" aria-label={texts.value.houseMode} value={state.mode}
      onChange={(event) => void setMode(event.currentTarget.value)}>
      {state.modes.map((mode) => <option key={mode} value={mode}>{modeName(mode)}</option>)}
    </select>
  );
}
