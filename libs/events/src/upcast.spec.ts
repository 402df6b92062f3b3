import { z } from 'zod';
import { createCodec } from './codec.js';
import { eventSchema } from './envelope.js';
import { upcast, upcaster } from './upcast.js';

/*
 * How an old version is kept readable, on a made-up example: a note was once a bare text, then a text with a language, and
 * now its texts are by language. Each step knows its own old version and the next one, and nothing else.
 */
const TYPES = { v1: 'example.note.taken.v1', v2: 'example.note.taken.v2', v3: 'example.note.taken.v3' } as const;

const fromV1 = upcaster({
  from: TYPES.v1,
  to: TYPES.v2,
  schema: z.object({ text: z.string() }),
  upcast: ({ text }) => ({ text, language: 'en' }),
});
const fromV2 = upcaster({
  from: TYPES.v2,
  to: TYPES.v3,
  schema: z.object({ text: z.string(), language: z.string() }),
  upcast: ({ text, language }) => ({ texts: { [language]: text } }),
});
const NoteTaken = eventSchema(TYPES.v3, z.object({ texts: z.record(z.string(), z.string()) }));
const codec = createCodec<z.infer<typeof NoteTaken>>({ NoteTaken }, { upcasters: [fromV1, fromV2] });

const ENVELOPE = { specversion: '1.0', id: 'n1', source: 'acme', subject: 't1', time: '2026-11-23T06:24:30.123Z' };
const NEWEST = { ...ENVELOPE, type: TYPES.v3, data: { texts: { en: 'hello' } } };

it.each([
  ['the oldest', TYPES.v1, { text: 'hello' }],
  ['an old one', TYPES.v2, { text: 'hello', language: 'en' }],
  ['the newest', TYPES.v3, { texts: { en: 'hello' } }],
])('reads %s as the newest', (_, type, data) => {
  expect(codec.decode(bytesOf(type, data))).toEqual({ kind: 'event', event: NEWEST });
});

it('writes the newest only', () => {
  const decoded = codec.decode(bytesOf(TYPES.v1, { text: 'hello' }));
  expect(decoded.kind === 'event' && JSON.parse(codec.encode(decoded.event).toString())).toEqual(NEWEST);
});

it.each([[{ text: 1 }], [null], ['hello']])(
  'holds old data against its own version before it is touched: %j',
  (data) => {
    expect(codec.decode(bytesOf(TYPES.v1, data))).toEqual({ kind: 'undecodable', cause: 'invalid-data' });
  },
);

it('stops at a version that a newer program wrote', () => {
  const type = 'example.note.taken.v4';
  expect(codec.decode(bytesOf(type, { anything: true }))).toEqual({ kind: 'unknown', type });
});

it('leaves the envelope as it is', () => {
  const raw = { ...ENVELOPE, type: TYPES.v1, data: { text: 'hello' } };
  const { type: _type, data: _data, ...envelope } = upcast(raw, new Map([[TYPES.v1, fromV1]]))!;
  expect(envelope).toEqual(ENVELOPE);
});

it('does not hang on a circle of steps', () => {
  const circle = { ...fromV2, to: TYPES.v1, upcast: () => ({ text: 'hello' }) };
  const steps = new Map([fromV1, circle].map((step) => [step.from, step]));
  expect(upcast({ ...ENVELOPE, type: TYPES.v1, data: { text: 'hello' } }, steps)).toBe(undefined);
});

function bytesOf(type: string, data: unknown): Buffer {
  return Buffer.from(JSON.stringify({ ...ENVELOPE, type, data }));
}
