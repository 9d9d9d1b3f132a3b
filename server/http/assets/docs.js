'use strict';

const french = navigator.language.toLowerCase().startsWith('fr');
const words = french
  ? { parameters: 'Paramètres', body: 'Corps', answers: 'Réponses', other: 'autres', failed: 'Description indisponible', open: 'public' }
  : { parameters: 'Parameters', body: 'Body', answers: 'Answers', other: 'other', failed: 'Description unavailable', open: 'public' };

function element(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
}

function json(value) {
  return element('pre', JSON.stringify(value, null, 2));
}

function schemaOf(holder) {
  const content = holder && holder.content && Object.values(holder.content)[0];
  return content && content.schema;
}

function parameterTable(parameters) {
  const table = element('table');
  for (const parameter of parameters) {
    const row = table.insertRow();
    row.insertCell().append(element('code', parameter.name));
    row.insertCell().textContent = `${parameter.in}, ${parameter.schema.type}`;
    row.insertCell().textContent = parameter.description || '';
  }
  return table;
}

function operationView(path, method, operation) {
  const view = element('details');
  const head = element('summary');
  head.append(element('span', method.toUpperCase(), `method ${method}`), element('code', path));
  head.append(element('span', (french && operation['x-summary-fr']) || operation.summary));
  const lock = operation.security.length ? operation['x-permission'] || 'JWT' : words.open;
  head.append(element('span', lock, 'lock'));
  const detail = element('div', undefined, 'detail');
  if (operation.parameters) detail.append(element('h4', words.parameters), parameterTable(operation.parameters));
  const body = schemaOf(operation.requestBody);
  if (body) detail.append(element('h4', words.body), json(body));
  detail.append(element('h4', words.answers));
  const answers = element('table');
  for (const [status, answer] of Object.entries(operation.responses)) {
    const row = answers.insertRow();
    row.insertCell().append(element('code', status));
    const cell = row.insertCell();
    cell.textContent = answer.description;
    const schema = schemaOf(answer);
    if (schema && !schema.$ref) cell.append(json(schema));
  }
  detail.append(answers);
  view.append(head, detail);
  view.dataset.text = `${method} ${path} ${operation.summary} ${operation['x-summary-fr']}`.toLowerCase();
  return view;
}

function show(api) {
  document.getElementById('title').textContent = `${api.info.title} ${api.info.version}`;
  const groups = new Map();
  for (const [path, operations] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(operations)) {
      const tag = (operation.tags && operation.tags[0]) || words.other;
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operationView(path, method, operation));
    }
  const main = document.getElementById('routes');
  for (const [tag, views] of [...groups].sort((a, b) => a[0].localeCompare(b[0]))) {
    const section = element('section');
    section.append(element('h2', tag), ...views);
    main.append(section);
  }
  document.getElementById('filter').addEventListener('input', (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const view of main.querySelectorAll('details')) view.hidden = !view.dataset.text.includes(wanted);
    for (const section of main.querySelectorAll('section'))
      section.hidden = !section.querySelector('details:not([hidden])');
  });
}

document.documentElement.lang = french ? 'fr' : 'en';
fetch('/api/openapi.json')
  .then((answer) => answer.json())
  .then(show)
  .catch(() => document.getElementById('routes').append(element('p', words.failed)));
