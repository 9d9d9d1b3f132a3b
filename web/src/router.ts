// Which page is shown: plain paths, so that every page has an address.

import {signal} from '@preact/signals';

export const path = signal(location.pathname);

export function go(to: string): void {
  if (to === location.pathname) return;
  history.pushState(null, '', to);
  path.value = to;
  scrollTo(0, 0);
  // Keyboards and screen readers go on at the new page.
  document.getElementById('content')?.focus({preventScroll: true});
}

/** Pages below another: how one of them is made, or changed. */
export type Task = 'new' | 'edit';

/** The parts of an address: which page, of what, and what to do there. An id is a positive whole number. */
export function parse(address: string): {page: string; id: number | null; task?: Task} {
  const [page, id, task, ...rest] = address.split('/').filter(Boolean);
  const unknown = {page: 'unknown', id: null};
  if (rest.length > 0 || (task !== undefined && task !== 'edit')) return unknown;
  if (id === undefined) return {page: page ?? 'rooms', id: null};
  if (id === 'new' && task === undefined) return {page, id: null, task: 'new'};
  if (!/^[1-9]\d{0,15}$/.test(id)) return unknown;
  return {page, id: Number(id), ...(task ? {task} : {})};
}

export function start(): void {
  addEventListener('popstate', () => (path.value = location.pathname));
  // Links inside of the dashboard change the page without loading it again.
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest?.('a');
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.origin !== location.origin || link.target) return;
    if (link.pathname.startsWith('/api/') || link.hash) return;
    event.preventDefault();
    go(link.pathname);
  });
}
