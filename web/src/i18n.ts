// Everything that the dashboard says, in French and English. Adding a key to one language alone does not compile.

import {computed, signal} from '@preact/signals';
import * as accounts from './i18n_accounts.ts';

export type Language = 'fr' | 'en';

const french = {
  accounts: accounts.french,
  signIn: 'Se connecter',
  signUp: 'Créer un compte',
  signOut: 'Se déconnecter',
  email: 'E-mail',
  password: 'Mot de passe',
  name: 'Nom',
  noAccount: 'Pas encore de compte ?',
  haveAccount: 'Déjà un compte ?',
  welcome: 'Bienvenue chez vous',
  rooms: 'Pièces',
  automations: 'Automatisations',
  schedules: 'Horaires',
  security: 'Sécurité',
  alerts: 'Alertes',
  alertsToSee: (count: number) => (count === 1 ? '1 alerte à voir' : `${count} alertes à voir`),
  noAlerts: 'Aucune alerte',
  acknowledge: 'Vu',
  acknowledged: 'Vue',
  acknowledgeOne: (what: string) => `Vu : ${what}`,
  clearedAt: (when: string) => `terminée à ${when}`,
  times: (count: number) => `${count} fois`,
  sensors: 'Capteurs',
  noSensors: 'Aucun capteur pour l’instant',
  noSensorsHint: 'Un administrateur les ajoute par l’API.',
  triggered: 'Déclenché',
  lastTrigger: (when: string) => `dernier déclenchement à ${when}`,
  neverTriggered: 'jamais déclenché',
  severities: {info: 'Information', warning: 'Attention', critical: 'Critique'} as Record<string, string>,
  detections: {
    motion: 'Mouvement détecté', smoke: 'Fumée détectée', fire: 'Feu détecté', gas: 'Gaz détecté', water: 'Fuite d’eau détectée',
    door: 'Ouverture détectée',
  } as Record<string, string>,
  sensorTypes: {
    motion: 'mouvement', smoke: 'fumée', fire: 'feu', gas: 'gaz', water: 'eau', door: 'ouverture',
  } as Record<string, string>,
  settings: 'Réglages',
  devicesOn: (on: number, all: number) => `${on} sur ${all} en marche`,
  on: 'En marche',
  off: 'Arrêt',
  turnOn: (name: string) => `Allumer ${name}`,
  turnOff: (name: string) => `Éteindre ${name}`,
  waiting: 'En attente de confirmation',
  unavailableSince: (when: string) => `Indisponible depuis ${when}`,
  neverSeen: 'Aucun message reçu',
  lastSeen: 'Dernier message',
  live: 'En direct',
  houseMode: 'Mode de la maison',
  modes: {home: 'Maison', away: 'Absent', night: 'Nuit', vacation: 'Vacances'} as Record<string, string>,
  connecting: 'Connexion…',
  staleSince: (when: string) => `Connexion perdue à ${when} : les valeurs datent d’avant`,
  history: 'Historique',
  noHistory: 'Pas encore de mesures pour cette période',
  hours24: '24 h',
  days7: '7 jours',
  days30: '30 jours',
  hour1: '1 h',
  back: 'Retour',
  noDevices: 'Aucun appareil pour l’instant',
  noDevicesHint: 'Branchez-en un sur le même courtier MQTT, ou ajoutez-le par l’API.',
  notFound: 'Cette page n’existe pas',
  deviceNotFound: 'Cet appareil n’existe pas (ou plus)',
  retry: 'Réessayer',
  failed: 'La commande a échoué',
  unreachable: 'Le serveur ne répond pas',
  lastRun: 'Dernière exécution',
  neverRan: 'Jamais exécutée',
  runs: 'Dernières exécutions',
  noRuns: 'Aucune exécution pour l’instant',
  noAutomations: 'Aucune automatisation',
  noAutomationsHint: 'Créez-en une, pas à pas ou en texte, ou déposez un fichier .lua dans le dossier des automatisations.',
  runNow: 'Exécuter',
  source: 'Source',
  theme: 'Apparence',
  themeSystem: 'Système',
  themeLight: 'Clair',
  themeDark: 'Sombre',
  language: 'Langue',
  account: 'Compte',
  labelled: (label: string, value: string) => `${label} : ${value}`,
  skip: 'Aller au contenu',
  site: 'Navigation principale',
  dismiss: 'Fermer ce message',
  showPassword: 'Afficher',
  hidePassword: 'Masquer',
  passwordRule: '6 caractères au moins',
  currentPower: 'Puissance',
  devicesRunning: 'En marche',
  attention: 'À surveiller',
  lowBattery: (percent: string) => `Pile faible, ${percent}`,
  detected: 'Mouvement détecté',
  calm: 'Rien à signaler',
  controls: 'Commandes',
  less: (name: string) => `Baisser : ${name}`,
  more: (name: string) => `Augmenter : ${name}`,
  period: 'Période',
  measure: 'Mesure',
  search: 'Rechercher',
  searchHint: 'Pièce, appareil, automatisation…',
  noResult: 'Rien ne correspond',
  enable: (name: string) => `Activer ${name}`,
  disable: (name: string) => `Désactiver ${name}`,
  run: (name: string) => `Exécuter ${name}`,
  line: (line: number) => `ligne ${line}`,
  notRun: 'Pourquoi elle ne s’est pas exécutée',
  stoppedByServer: 'Désactivée par le serveur',
  automationNotFound: 'Cette automatisation n’existe pas (ou plus)',
  noSteps: 'Aucune étape',
  moreSteps: (count: number) => `et ${count} autres étapes`,
  values: 'Valeurs lues',
  readOnly: 'Lecture seule',
  health: {
    active: 'Active', failed: 'En erreur', loading: 'Chargement…', disabled: 'Désactivée', troubled: 'Dernier échec',
  } as Record<string, string>,
  runStates: {
    running: 'En cours', waiting: 'En attente', finished: 'Réussie', failed: 'Échouée', 'over-budget': 'Trop longue',
    cancelled: 'Annulée', queued: 'En file',
  } as Record<string, string>,
  triggers: {
    mqtt: 'message MQTT', attribute: 'valeur', every: 'intervalle', at: 'horaire', cron: 'planning',
    sunrise: 'lever du soleil', sunset: 'coucher du soleil', silent: 'silence', startup: 'démarrage',
    event: 'événement', manual: 'à la main',
  } as Record<string, string>,
  steps: {command: 'Commande', publish: 'Message', log: 'Journal', wait: 'Attente', wait_for: 'Attente de', call: 'Appel', history: 'Historique'} as Record<string, string>,
  roles: {
    guest: 'Invité', user: 'Utilisateur', livreur: 'Livreur', manager: 'Gestionnaire', admin: 'Administrateur',
    superadmin: 'Super-administrateur',
  } as Record<string, string>,
  types: {
    light: 'Lumière', climate: 'Climat', fan: 'Ventilateur', plug: 'Prise', sensor: 'Capteur', motion: 'Détecteur de mouvement',
    entertainment: 'Multimédia', appliance: 'Électroménager', cover: 'Volet', lock: 'Serrure', vacuum: 'Aspirateur', valve: 'Vanne', siren: 'Sirène',
    humidifier: 'Humidificateur', remote: 'Télécommande', button: 'Bouton', camera: 'Caméra', meter: 'Compteur', alarm: 'Alarme', switch: 'Interrupteur',
  } as Record<string, string>,
  names: {
    status: 'État', power: 'Puissance', energy: 'Énergie', temperature: 'Température', target_temperature: 'Consigne',
    humidity: 'Humidité', battery: 'Pile', illuminance: 'Luminosité', level: 'Intensité', motion: 'Mouvement',
    voltage: 'Tension', current: 'Courant',
  } as Record<string, string>,
};

const english: typeof french = {
  accounts: accounts.english,
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
  schedules: 'Schedules',
  security: 'Security',
  alerts: 'Alerts',
  alertsToSee: (count) => (count === 1 ? '1 alert to see' : `${count} alerts to see`),
  noAlerts: 'No alerts',
  acknowledge: 'Seen',
  acknowledged: 'Seen',
  acknowledgeOne: (what) => `Seen: ${what}`,
  clearedAt: (when) => `over at ${when}`,
  times: (count) => `${count} times`,
  sensors: 'Sensors',
  noSensors: 'No sensors yet',
  noSensorsHint: 'An administrator adds them through the API.',
  triggered: 'Triggered',
  lastTrigger: (when) => `last triggered at ${when}`,
  neverTriggered: 'never triggered',
  severities: {info: 'Information', warning: 'Warning', critical: 'Critical'},
  detections: {
    motion: 'Motion detected', smoke: 'Smoke detected', fire: 'Fire detected', gas: 'Gas detected', water: 'Water leak detected',
    door: 'Opening detected',
  },
  sensorTypes: {motion: 'motion', smoke: 'smoke', fire: 'fire', gas: 'gas', water: 'water', door: 'opening'},
  settings: 'Settings',
  devicesOn: (on, all) => `${on} of ${all} on`,
  on: 'On',
  off: 'Off',
  turnOn: (name) => `Turn on ${name}`,
  turnOff: (name) => `Turn off ${name}`,
  waiting: 'Waiting for confirmation',
  unavailableSince: (when) => `Unavailable since ${when}`,
  neverSeen: 'No message yet',
  lastSeen: 'Last message',
  live: 'Live',
  houseMode: 'Mode of the house',
  modes: {home: 'Home', away: 'Away', night: 'Night', vacation: 'Vacation'},
  connecting: 'Connecting…',
  staleSince: (when) => `Connection lost at ${when}: values are from before`,
  history: 'History',
  noHistory: 'No samples for this period yet',
  hours24: '24 h',
  days7: '7 days',
  days30: '30 days',
  hour1: '1 h',
  back: 'Back',
  noDevices: 'No devices yet',
  noDevicesHint: 'Connect one to the same MQTT broker, or add it through the API.',
  notFound: 'This page does not exist',
  deviceNotFound: 'This device does not exist (any more)',
  retry: 'Try again',
  failed: 'The command failed',
  unreachable: 'The server does not answer',
  lastRun: 'Last run',
  neverRan: 'Never ran',
  runs: 'Last runs',
  noRuns: 'No runs yet',
  noAutomations: 'No automations',
  noAutomationsHint: 'Make one, step by step or as a text, or put a .lua file into the folder of automations.',
  runNow: 'Run now',
  source: 'Source',
  theme: 'Appearance',
  themeSystem: 'System',
  themeLight: 'Light',
  themeDark: 'Dark',
  language: 'Language',
  account: 'Account',
  labelled: (label, value) => `${label}: ${value}`,
  skip: 'Skip to content',
  site: 'Main navigation',
  dismiss: 'Close this message',
  showPassword: 'Show',
  hidePassword: 'Hide',
  passwordRule: 'At least 6 characters',
  currentPower: 'Power',
  devicesRunning: 'Running',
  attention: 'Needs attention',
  lowBattery: (percent) => `Low battery, ${percent}`,
  detected: 'Motion detected',
  calm: 'All quiet',
  controls: 'Controls',
  less: (name) => `Lower: ${name}`,
  more: (name) => `Raise: ${name}`,
  period: 'Period',
  measure: 'Value',
  search: 'Search',
  searchHint: 'Room, device, automation…',
  noResult: 'Nothing matches',
  enable: (name) => `Enable ${name}`,
  disable: (name) => `Disable ${name}`,
  run: (name) => `Run ${name}`,
  line: (line) => `line ${line}`,
  notRun: 'Why it did not run',
  stoppedByServer: 'Disabled by the server',
  automationNotFound: 'This automation does not exist (any more)',
  noSteps: 'No steps',
  moreSteps: (count) => `and ${count} more steps`,
  values: 'Values read',
  readOnly: 'Read only',
  health: {active: 'Active', failed: 'Broken', loading: 'Loading…', disabled: 'Disabled', troubled: 'Failed last'},
  runStates: {
    running: 'Running', waiting: 'Waiting', finished: 'Succeeded', failed: 'Failed', 'over-budget': 'Too long',
    cancelled: 'Cancelled', queued: 'In line',
  },
  triggers: {
    mqtt: 'MQTT message', attribute: 'value', every: 'interval', at: 'time', cron: 'schedule',
    sunrise: 'sunrise', sunset: 'sunset', silent: 'silence', startup: 'start', event: 'event',
    manual: 'by hand',
  },
  steps: {command: 'Command', publish: 'Message', log: 'Log', wait: 'Wait', wait_for: 'Wait for', call: 'Call', history: 'History'},
  roles: {
    guest: 'Guest', user: 'User', livreur: 'Courier', manager: 'Manager', admin: 'Administrator',
    superadmin: 'Super administrator',
  },
  types: {
    light: 'Light', climate: 'Climate', fan: 'Fan', plug: 'Plug', sensor: 'Sensor', motion: 'Motion detector', entertainment: 'Entertainment',
    appliance: 'Appliance', cover: 'Cover', lock: 'Lock', vacuum: 'Vacuum', valve: 'Valve', siren: 'Siren', humidifier: 'Humidifier',
    remote: 'Remote control', button: 'Button', camera: 'Camera', meter: 'Meter', alarm: 'Alarm', switch: 'Switch',
  },
  names: {
    status: 'State', power: 'Power', energy: 'Energy', temperature: 'Temperature', target_temperature: 'Target',
    humidity: 'Humidity', battery: 'Battery', illuminance: 'Illuminance', level: 'Level', motion: 'Motion',
    voltage: 'Voltage', current: 'Current',
  },
};

/** Of `French (Canada)` and `English (UK)` the chosen language, so that times and numbers look as the person has set them. */
function locale(): string {
  return navigator.languages?.find((one) => one.startsWith(language.value)) ?? language.value;
}

const stored = localStorage.getItem('language');
export const language = signal<Language>(
  stored === 'fr' || stored === 'en' ? stored : navigator.language.startsWith('fr') ? 'fr' : 'en');

/** For tests: every key must be in both. */
export const catalogue = {fr: french, en: english};

export const texts = computed(() => (language.value === 'fr' ? french : english));

export function setLanguage(next: Language): void {
  language.value = next;
  localStorage.setItem('language', next);
}

/** A number with its unit, as people of the chosen language write it. */
export function withUnit(value: number, unit = ''): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const number = new Intl.NumberFormat(locale(), {maximumFractionDigits: digits}).format(value);
  return unit ? `${number}\u00a0${unit}` : number;
}

/** `14:05` today, with the date before. */
export function moment(iso: string): string {
  return format(iso, {hour: '2-digit', minute: '2-digit'});
}

/** With seconds, for lists in which things happen one after the other. */
export function exactMoment(iso: string): string {
  return format(iso, {hour: '2-digit', minute: '2-digit', second: '2-digit'});
}

export function timeFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale(), options);
}

function format(iso: string, time: Intl.DateTimeFormatOptions): string {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return timeFormat(today ? time : {day: 'numeric', month: 'short', ...time}).format(date);
}

/** `12 ms`, `3,4 s`, `2 min 5 s`, `1 h 10 min`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 1) return withUnit(Math.round(milliseconds * 10) / 10, 'ms');
  if (seconds < 59.95) return withUnit(Math.round(seconds * 10) / 10, 's');
  const whole = Math.round(seconds);
  if (whole < 3600) return `${withUnit(Math.floor(whole / 60), 'min')} ${withUnit(whole % 60, 's')}`;
  return `${withUnit(Math.floor(whole / 3600), 'h')} ${withUnit(Math.floor(whole / 60) % 60, 'min')}`;
}
