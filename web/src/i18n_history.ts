// What is said about the history of devices, in French and English.

import {computed} from '@preact/signals';
import {language} from './i18n.ts';

const french = {
  compare: 'Comparer avec…',
  sameRoom: 'Dans la même pièce',
  thisDevice: 'Cet appareil',
  removeOne: (name: string) => `Ne plus comparer ${name}`,
  zoomIn: 'Agrandir',
  zoomOut: 'Réduire',
  earlier: 'Plus tôt',
  later: 'Plus tard',
  now: 'Maintenant',
  zoomHint: 'Glissez sur le graphique pour agrandir, ou Ctrl + molette.',
  statistics: 'Statistiques',
  minimum: 'Minimum',
  mean: 'Moyenne',
  maximum: 'Maximum',
  samples: 'Mesures',
  unknown: 'Inconnu',
  unknownHint: 'L’appareil ou le serveur était absent',
  csv: 'Exporter (CSV)',
  csvOne: (name: string) => `Exporter ${name} (CSV)`,
  cut: 'La période est trop longue pour être montrée en entier : les mesures les plus anciennes manquent.',
};

const english: typeof french = {
  compare: 'Compare with…',
  sameRoom: 'In the same room',
  thisDevice: 'This device',
  removeOne: (name) => `Stop comparing ${name}`,
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  earlier: 'Earlier',
  later: 'Later',
  now: 'Now',
  zoomHint: 'Drag over the chart to zoom in, or Ctrl + wheel.',
  statistics: 'Statistics',
  minimum: 'Minimum',
  mean: 'Mean',
  maximum: 'Maximum',
  samples: 'Samples',
  unknown: 'Unknown',
  unknownHint: 'The device or the server was away',
  csv: 'Export (CSV)',
  csvOne: (name) => `Export ${name} (CSV)`,
  cut: 'The period is too long to be shown as a whole: the oldest samples are missing.',
};

/** For tests: every key must be in both. */
export const catalogue = {fr: french, en: english};

export const historyTexts = computed(() => (language.value === 'fr' ? french : english));
