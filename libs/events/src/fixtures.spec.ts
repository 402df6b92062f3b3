import { readFileSync, readdirSync } from 'node:fs';
import { ACCESS_TYPES } from './access.js';
import { accessCodec, contentCodec, deadCodec, decisionsCodec, inboundCodec } from './codec.js';
import { CONTENT_TYPES } from './content.js';
import { DEAD_TYPES } from './dead.js';
import { DECISION_TYPES } from './decisions.js';
import { INBOUND_TYPES } from './inbound.js';

/*
 * Every version that was ever written keeps a fixture that decodes for ever. A fixture is never edited: where this fails
 * after a change of a schema, the change needs a new version and an upcaster (CONTRIBUTING.md).
 */
const folder = new URL('../fixtures/', import.meta.url);
const files = readdirSync(folder);
const CODECS = [
  [inboundCodec, Object.values<string>(INBOUND_TYPES)],
  [decisionsCodec, Object.values<string>(DECISION_TYPES)],
  [contentCodec, Object.values<string>(CONTENT_TYPES)],
  [accessCodec, Object.values<string>(ACCESS_TYPES)],
  [deadCodec, Object.values<string>(DEAD_TYPES)],
] as const;
const types = CODECS.flatMap(([, names]) => names);

it('there is one for every type', () => {
  expect(types.filter((type) => !files.includes(`${type}.json`))).toEqual([]);
});

it.each(files)('%s decodes, and nothing of it is lost', (file) => {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const fixture = JSON.parse(text) as { readonly type: string };
  expect(file).toBe(`${fixture.type}.json`);
  const [codec] = CODECS.find(([, names]) => names.some((name) => isVersionOf(fixture.type, name)))!;
  const decoded = codec.decode(Buffer.from(text));
  expect(decoded.kind).toBe('event');
  if (types.includes(fixture.type)) expect(decoded).toEqual({ kind: 'event', event: fixture });
});

it.each(types)('%s is written in the order of its fixture', (type) => {
  const bytes = Buffer.from(JSON.stringify(JSON.parse(readFileSync(new URL(`${type}.json`, folder), 'utf8'))));
  for (const [codec, names] of CODECS) {
    const decoded = names.includes(type) ? codec.decode(bytes) : undefined;
    if (decoded?.kind === 'event') expect(codec.encode(decoded.event as never).toString()).toBe(bytes.toString());
  }
});

function isVersionOf(type: string, newest: string): boolean {
  return type.replace(/\.v\d+$/, '') === newest.replace(/\.v\d+$/, '');
}
