// Everything that the dashboard says, in French and English. Adding a key to one language alone does not compile.

import {computed, signal} from '@preact/signals';

export type Language = 'fr' | 'en';

const french = {
  signIn: 'Se connecter',
  signUp: 'Créer un compte',
  signOut: 'Se déconnecter',
  email: 'E-mail',
  password: 'Mot de passe',
  name: 'Nom',
  noAccount: 'Pas encore de compte ?',
  haveAccount: 'Déjà un compte ?',
  welcome: 'Bienvenue chez vous',
  rooms: 'Pièces',
  automations: 'Automatisations',
  settings: 'Réglages',
  devicesOn: (on: number, all: number) => `${on} sur ${all} en marche`,
  on: 'En marche',
  off: 'Arrêt',
  turnOn: (name: string) => `Allumer ${name}`,
  turnOff: (name: string) => `Éteindre ${name}`,
  waiting: 'En attente de confirmation',
  unavailableSince: (when: string) => `Indisponible depuis ${when}`,
  unavailable: 'Indisponible',
  neverSeen: 'Jamais entendu',
  lastSeen: 'Dernier message',
  live: 'En direct',
  connecting: 'Connexion…',
  stale: 'Connexion perdue : les valeurs affichées datent d’avant la coupure',
  history: 'Historique',
  noHistory: 'Pas encore de mesures pour cette période',
  hours24: '24 h',
  days7: '7 jours',
  days30: '30 jours',
  hour1: '1 h',
  attributes: 'Mesures et réglages',
  back: 'Retour',
  noDevices: 'Aucun appareil pour l’instant. Branchez-en un sur le même courtier MQTT, ou ajoutez-le par l’API.',
  notFound: 'Cette page n’existe pas',
  deviceNotFound: 'Cet appareil n’existe pas (ou plus)',
  retry: 'Réessayer',
  loading: 'Chargement…',
  failed: 'La commande a échoué',
  unreachable: 'Le serveur ne répond pas',
  lastRun: 'Dernière exécution',
  neverRan: 'Jamais exécutée',
  runs: 'Dernières exécutions',
  noRuns: 'Aucune exécution pour l’instant',
  noAutomations: 'Aucune automatisation. Déposez un fichier .lua dans le dossier des automatisations.',
  enabled: 'Activée',
  disabled: 'Désactivée',
  runNow: 'Exécuter',
  source: 'Source',
  error: 'Erreur',
  theme: 'Apparence',
  themeSystem: 'Système',
  themeLight: 'Clair',
  themeDark: 'Sombre',
  language: 'Langue',
  account: 'Compte',
  types: {
    light: 'Lumière', climate: 'Climat', fan: 'Ventilateur', plug: 'Prise', sensor: 'Capteur',
    entertainment: 'Multimédia', appliance: 'Électroménager',
  } as Record<string, string>,
  names: {
    status: 'État', power: 'Puissance', energy: 'Énergie', temperature: 'Température', target_temperature: 'Consigne',
    humidity: 'Humidité', battery: 'Pile', illuminance: 'Luminosité', level: 'Intensité', motion: 'Mouvement',
    voltage: 'Tension', current: 'Courant',
  } as Record<string, string>,
};

const english: typeof french = {
  signIn: 'Sign in',
  signUp: 'Create an account',
  signOut: 'Sign out',
  email: 'E-mail',
  password: 'Password',
  name: 'Name',
  noAccount: 'No account yet?',
  haveAccount: 'Already have an account?',
  welcome: 'Welcome home',
  rooms: 'Rooms',
  automations: 'Automations',
  settings: 'Settings',
  devicesOn: (on, all) => `${on} of ${all} on`,
  on: 'On',
  off: 'Off',
  turnOn: (name) => `Turn on ${name}`,
  turnOff: (name) => `Turn off ${name}`,
  waiting: 'Waiting for confirmation',
  unavailableSince: (when) => `Unavailable since ${when}`,
  unavailable: 'Unavailable',
  neverSeen: 'Never heard of',
  lastSeen: 'Last message',
  live: 'Live',
  connecting: 'Connecting…',
  stale: 'Connection lost: the values shown are from before',
  history: 'History',
  noHistory: 'No samples for this period yet',
  hours24: '24 h',
  days7: '7 days',
  days30: '30 days',
  hour1: '1 h',
  attributes: 'Values and settings',
  back: 'Back',
  noDevices: 'No devices yet. Connect one to the same MQTT broker, or add it through the API.',
  notFound: 'This page does not exist',
  deviceNotFound: 'This device does not exist (any more)',
  retry: 'Try again',
  loading: 'Loading…',
  failed: 'The command failed',
  unreachable: 'The server does not answer',
  lastRun: 'Last run',
  neverRan: 'Never ran',
  runs: 'Last runs',
  noRuns: 'No runs yet',
  noAutomations: 'No automations. Put a .lua file into the folder of automations.',
  enabled: 'Enabled',
  disabled: 'Disabled',
  runNow: 'Run now',
  source: 'Source',
  error: 'Error',
  theme: 'Appearance',
  themeSystem: 'System',
  themeLight: 'Light',
  themeDark: 'Dark',
  language: 'Language',
  account: 'Account',
  types: {
    light: 'Light', climate: 'Climate', fan: 'Fan', plug: 'Plug', sensor: 'Sensor', entertainment: 'Entertainment',
    appliance: 'Appliance',
  },
  names: {
    status: 'State', power: 'Power', energy: 'Energy', temperature: 'Temperature', target_temperature: 'Target',
    humidity: 'Humidity', battery: 'Battery', illuminance: 'Illuminance', level: 'Level', motion: 'Motion',
    voltage: 'Voltage', current: 'Current',
  },
};

const stored = localStorage.getItem('language');
export const language = signal<Language>(
  stored === 'fr' || stored === 'en' ? stored : navigator.language.startsWith('fr') ? 'fr' : 'en');

export const texts = computed(() => (language.value === 'fr' ? french : english));

export function setLanguage(next: Language): void {
  language.value = next;
  localStorage.setItem('language', next);
  document.documentElement.lang = next;
}

/** A number with its unit, as people of the chosen language write it. */
export function withUnit(value: number, unit = ''): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const number = new Intl.NumberFormat(language.value, {maximumFractionDigits: digits}).format(value);
  return unit ? `${number}\u00a0${unit}` : number;
}

/** `14:05` today, with the date before. */
export function moment(iso: string): string {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(language.value, today
    ? {hour: '2-digit', minute: '2-digit', second: '2-digit'}
    : {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'}).format(date);
}
