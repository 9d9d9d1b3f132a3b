// Which page is shown: plain paths, so that every page has an address.

import {signal} from '@preact/signals';

export const path = signal(location.pathname);

export function go(to: string): void {
  if (to === location.pathname) return;
  history.pushState(null, '', to);
  path.value = to;
  scrollTo(0, 0);
}

export function start(): void {
  addEventListener('popstate', () => (path.value = location.pathname));
  // Links inside of the dashboard change the page without loading it again.
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest?.('a');
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.origin !== location.origin || link.target) return;
    if (link.pathname.startsWith('/api/')) return;
    event.preventDefault();
    go(link.pathname);
  });
}
