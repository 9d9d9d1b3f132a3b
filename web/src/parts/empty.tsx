import type {ComponentChildren} from 'preact';
import {Icon} from './icon.tsx';

/** A page, or a part of one, that has nothing to show: what that means and what to do. */
export function Empty({icon, title, children}: {icon: string; title: string; children?: ComponentChildren}) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p>{title}</p>
      {children && <small>{children}</small>}
    </div>
  );
}

/** What is on its way, in the shape that it will have. The style sheet shows it after a moment only, so that quick answers do
 * not flicker. */
export function Skeleton({tiles = 6}: {tiles?: number}) {
  return (
    <div class="skeleton" role="status" aria-busy="true">
      {Array.from({length: tiles}, (_, index) => <span key={index} />)}
    </div>
  );
}
