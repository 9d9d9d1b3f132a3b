// Light or dark. The resolved scheme stands in <html data-theme>, so that the style sheet asks one question only.

import {computed, effect, signal} from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const stored = localStorage.getItem('theme');
export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');
const system = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(system.matches);

export const scheme = computed<'light' | 'dark'>(() =>
  theme.value === 'system' ? (systemIsDark.value ? 'dark' : 'light') : theme.value);

export function chooseTheme(next: Theme): void {
  theme.value = next;
  localStorage.setItem('theme', next);
}

export function start(): void {
  system.addEventListener('change', () => (systemIsDark.value = system.matches));
  effect(() => {
    document.documentElement.dataset.theme = scheme.value;
    // The frame of an installed app and of phone browsers.
    const ground = getComputedStyle(document.documentElement).getPropertyValue('--ground').trim();
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.setAttribute('content', ground);
  });
}
