/** One of everything that the builder knows. */
export const everyPart = {
  name: 'Le soir "chez nous"',
  triggers: [
    {kind: 'becomes', device: 'salon/lumiere', attribute: 'status', value: true},
    {kind: 'becomes', device: 'salon/lumiere', attribute: 'status', value: false},
    {kind: 'changes', device: 'cuisine/prise', attribute: 'power'},
    {kind: 'above', device: 'cuisine/prise', attribute: 'power', value: 80.5, hold: '3m'},
    {kind: 'below', device: 'cuisine/prise', attribute: 'power', value: -2, hold: ''},
    {kind: 'at', time: '07:30', days: 'mon-fri'}, {kind: 'at', time: '22:00', days: ''},
    {kind: 'every', period: '5m'}, {kind: 'sunrise', offset: ''}, {kind: 'sunset', offset: '-20m'}, {kind: 'mode', mode: 'night'},
  ],
  conditions: [
    {kind: 'is', device: 'salon/lumiere', attribute: 'status', value: true},
    {kind: 'is_not', device: 'cuisine/prise', attribute: 'power', value: 0},
    {kind: 'more', device: 'cuisine/prise', attribute: 'power', value: 10}, {kind: 'less', device: 'cuisine/prise', attribute: 'power', value: 4.5},
    {kind: 'sun', is: 'down'}, {kind: 'mode', mode: 'home'},
  ],
  mode: 'restart',
  actions: [
    {kind: 'on', device: 'salon/lumiere'}, {kind: 'set', device: 'salon/lumiere', attribute: 'level', value: 40}, {kind: 'wait', period: '2m'},
    {kind: 'off', device: 'salon/lumiere'}, {kind: 'toggle', device: 'cuisine/prise'}, {kind: 'mode', mode: 'night'},
    {kind: 'notify', to: 'ada@example.org', text: 'C’est fait\nvraiment \\ "oui"'},
    {kind: 'alert', key: 'soir', severity: 'warning', text: 'attention'}, {kind: 'log', text: 'fini'},
  ],
};
