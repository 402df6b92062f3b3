/**
 * A page that shows the OpenAPI document. It loads nothing but that document: no script, style or font of anybody else, so it
 * works without the internet and under a strict content security policy.
 */
export const DOCS_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Offramp: HTTP interface</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1d2330; background: #fff }
  h2 { margin: 2.5rem 0 .5rem; text-transform: capitalize; border-bottom: 1px solid #d8dce5 }
  details { border: 1px solid #d8dce5; border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem }
  summary { cursor: pointer } summary code { font-weight: 600 }
  .method { display: inline-block; min-width: 4.5rem; font-weight: 700; color: #0b5cad }
  pre { background: #f4f6fa; padding: .8rem; overflow: auto; border-radius: 6px; font-size: 13px }
  table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .2rem .6rem .2rem 0; vertical-align: top }
  @media (prefers-color-scheme: dark) { body { color: #e4e7ee; background: #14171f } pre { background: #1e2330 } .method { color: #7db7f5 } }
</style>
<h1 id="title">Offramp</h1>
<p id="about"></p>
<p>The document that this page shows: <a href="/openapi.json">/openapi.json</a></p>
<main id="calls">Loading…</main>
<script>
const make = (name, content, className) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  for (const part of [content].flat()) if (part !== undefined) element.append(part);
  return element;
};
const json = (value) => make('pre', JSON.stringify(value, null, 2));
const row = (...cells) => make('tr', cells.map((cell) => make('td', cell ?? '')));
const call = (path, method, operation) => {
  const box = make('details', make('summary', [
    make('span', method.toUpperCase(), 'method'), make('code', path), ' ', operation.summary ?? '']));
  if (operation.description) box.append(make('p', operation.description));
  const parameters = operation.parameters ?? [];
  if (parameters.length) box.append(make('h4', 'Parameters'), make('table', parameters.map((parameter) =>
    row(make('code', parameter.name), parameter.in + (parameter.required ? ', required' : ''), parameter.description))));
  for (const [type, { schema }] of Object.entries(operation.requestBody?.content ?? {}))
    box.append(make('h4', ['Body, ', make('code', type)]), json(schema));
  box.append(make('h4', 'Answers'), make('table', Object.entries(operation.responses ?? {}).map(([status, answer]) =>
    row(make('b', status), answer.description, Object.entries(answer.content ?? {}).map(([type, { schema }]) =>
      make('details', [make('summary', make('code', type)), json(schema)]))))));
  return box;
};
fetch('/openapi.json').then((answer) => answer.json()).then((api) => {
  document.getElementById('title').textContent = api.info.title + ' ' + api.info.version;
  document.getElementById('about').textContent = api.info.description;
  const byTag = new Map();
  for (const [path, methods] of Object.entries(api.paths)) for (const [method, operation] of Object.entries(methods)) {
    const tag = operation.tags?.[0] ?? 'other';
    byTag.set(tag, [...(byTag.get(tag) ?? []), call(path, method, operation)]);
  }
  document.getElementById('calls').replaceChildren(...[...byTag].flatMap(([tag, calls]) => [make('h2', tag), ...calls]),
    make('h2', 'Schemas'), ...Object.entries(api.components?.schemas ?? {}).map(([name, schema]) =>
      make('details', [make('summary', make('code', name)), json(schema)])));
}).catch(() => { document.getElementById('calls').textContent = 'The document could not be loaded.'; });
</script>
</html>
`;

/** The page's own script and style are inline, and nothing else may run. */
export const DOCS_PAGE_POLICY =
  "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
