import fc from 'fast-check';
import { inboundCodec } from './codec.js';
import { messageEventId } from './ids.js';
import { type Inbound, inboundSchemas } from './inbound.js';
import { isCanonicalMessagePosted } from './message-posted-check.js';
import { inboundEvents } from './testing/index.js';

/*
 * The hand-tuned check against the schema: whatever it lets through, the schema lets through too and returns unchanged. It
 * may send anything to the schema, so it is also tried that it does not send everything.
 */
const schema = inboundSchemas.MessagePosted;

it('accepts only what the schema accepts, and what the schema returns unchanged', () => {
  fc.assert(
    fc.property(mutants(), (value) => {
      if (!isCanonicalMessagePosted(value)) return;
      const parsed = schema.safeParse(value);
      expect(parsed.success).toBe(true);
      expect(parsed.data).toEqual(value);
      const ofSchema = inboundCodec.encode(parsed.data as Inbound<'MessagePosted'>);
      expect(inboundCodec.encode(value).equals(ofSchema)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

it('accepts what our ingest writes for usual ids', () => {
  fc.assert(
    fc.property(usualMessages(), (value) => {
      expect(isCanonicalMessagePosted(value)).toBe(true);
    }),
  );
});

it.each([
  ['an unknown field', { traceparent: '00' }, {}],
  ['an unknown field of the data', {}, { mood: 'fine' }],
  ['a field named __proto__', JSON.parse('{"__proto__":{}}') as object, {}],
  ['an inherited name', { toString: 'x' }, {}],
  ['undefined instead of nothing', {}, { parentId: undefined }],
  ['another type', { type: 'offramp.message.posted.v2' }, {}],
  ['the 29th of February', { time: '2026-02-29T00:00:00.000Z' }, {}],
  ['a list of scores', {}, { evidence: { assessor: 'p', version: '1', status: 'assessed', harm: [0.1] } }],
  ['a score under 0', {}, { evidence: { assessor: 'p', version: '1', status: 'assessed', harm: { abuse: -0.1 } } }],
  ['a score over 1', {}, { evidence: { assessor: 'p', version: '1', status: 'assessed', harm: { abuse: 1.1 } } }],
  ['not a number', {}, { evidence: { assessor: 'p', version: '1', status: 'assessed', harm: { abuse: NaN } } }],
  ['a position with a leading zero', {}, { seen: '0:01' }],
  ['an offset over 2^53 - 1', {}, { seen: '0:9007199254740992' }],
  ['a fraction of a length', {}, { textLength: 1.5 }],
  ['no role', {}, { role: undefined }],
])('leaves to the schema: %s', (_, envelope, data) => {
  expect(isCanonicalMessagePosted(message({ ...envelope }, data))).toBe(false);
});

function message(envelope: object = {}, data: object = {}): object {
  return {
    specversion: '1.0',
    id: 'acme/t1/m7',
    source: 'acme',
    subject: 't1',
    type: 'offramp.message.posted.v1',
    time: '2026-11-23T06:24:30.123Z',
    data: { messageId: 'm7', parentId: null, role: 'user', ...data },
    ...envelope,
  };
}

/** Valid messages with up to three places changed: a value replaced, a field removed or added, at any depth. */
function mutants(): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -0,
      -1,
      1.5,
      2,
      NaN,
      '',
      'x',
      '1.0',
      'user',
      '3:5',
      '03:5',
      [],
      {},
      undefined,
    ),
    fc.constantFrom<unknown>(
      '2026-02-30T00:00:00.000Z',
      '9999-99-99T99:99:99.999Z',
      'a\0',
      '\ud83d',
      'a/b',
      'x'.repeat(129),
    ),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const change = fc.record({ at: fc.nat(), value: odd, how: fc.constantFrom('replace', 'remove', 'add') });
  const changes = fc.array(change, { maxLength: 3 });
  const valid = fc.oneof(inboundEvents.MessagePosted, usualMessages());
  return fc.tuple(valid, changes).map(([event, list]) => {
    const copy = structuredClone(event) as object;
    for (const { at, value, how } of list) mutate(copy, at, how === 'remove' ? REMOVED : { [how]: value });
    return copy;
  });
}

const REMOVED = { remove: true };

function mutate(event: object, at: number, how: { replace?: unknown; add?: unknown; remove?: boolean }): void {
  const places = placesOf(event);
  const place = places[at % places.length]!;
  if ('add' in how) place.object['extra'] = how.add;
  else if ('remove' in how) delete place.object[place.name];
  else place.object[place.name] = how.replace;
}

interface Place {
  readonly object: Record<string, unknown>;
  readonly name: string;
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const object = value as Record<string, unknown>;
  return Object.keys(object).flatMap((name) => [{ object, name }, ...placesOf(object[name])]);
}

/** Messages whose ids, names and times are of the usual form. */
function usualMessages(): fc.Arbitrary<unknown> {
  const id = fc.stringMatching(/^[\w.:@-]{1,64}$/);
  return fc
    .tuple(inboundEvents.MessagePosted, id, id, fc.constantFrom('platform', 'rules'))
    .map(([event, m, t, name]) => {
      const { evidence, ...data } = { ...event.data, messageId: m };
      const usual = { ...data, ...(data.parentId == null ? {} : { parentId: t }) };
      const time = '2026-11-23T06:24:30.123Z';
      const withTime = usual.at === undefined ? usual : { ...usual, at: time };
      const assessed = evidence && { evidence: { ...evidence, assessor: name, version: '1.0.0' } };
      const whole = { ...withTime, ...assessed };
      return {
        ...event,
        id: messageEventId('acme', t, m),
        source: 'acme',
        subject: t,
        time,
        data: usualPosition(whole),
      };
    });
}

function usualPosition<Data extends { seen?: string }>(data: Data): Data {
  return data.seen === undefined ? data : { ...data, seen: '3:9007199254740991' };
}
