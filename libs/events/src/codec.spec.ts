import fc from 'fast-check';
import {
  type Codec,
  accessCodec,
  contentCodec,
  createCodec,
  deadCodec,
  decisionsCodec,
  inboundCodec,
} from './codec.js';
import { accessEvents, contentEvents, deadEvents, decisionEvents, inboundEvents } from './testing/index.js';

interface Case {
  readonly name: string;
  readonly codec: Codec<{ readonly type: string }>;
  readonly events: fc.Arbitrary<{ readonly type: string }>;
}

/** Every type of every topic. */
const CASES: readonly Case[] = [
  ...casesOf(inboundCodec, inboundEvents),
  ...casesOf(decisionsCodec, decisionEvents),
  ...casesOf(contentCodec, contentEvents),
  ...casesOf(accessCodec, accessEvents),
  ...casesOf(deadCodec, deadEvents),
];
const ENVELOPE = { specversion: '1.0', id: 'e1', source: 'acme', subject: 't1', time: '2026-11-23T06:24:30.123Z' };

it('has a case for every type', () => {
  expect(CASES.length).toBe(9 + 19 + 2 + 2 + 1);
});

describe.each(CASES)('$name', ({ codec, events }) => {
  it('decodes to what was encoded', () => {
    fc.assert(
      fc.property(events, (event) => {
        expect(codec.decode(codec.encode(event))).toEqual({ kind: 'event', event });
      }),
    );
  });

  it('has the same bytes whatever the order of the fields, and whatever else was in it', () => {
    fc.assert(
      fc.property(events, fc.boolean(), (event, extended) => {
        const other = backwards(extended ? { ...event, traceparent: '00-af' } : event) as typeof event;
        expect(codec.encode(other).equals(codec.encode(event))).toBe(true);
      }),
    );
  });

  it('has the same bytes after any number of readings and writings', () => {
    fc.assert(
      fc.property(events, (event) => {
        const bytes = codec.encode(event);
        const decoded = codec.decode(Buffer.from(JSON.stringify(event)));
        expect(decoded.kind === 'event' && codec.encode(decoded.event).equals(bytes)).toBe(true);
      }),
    );
  });
});

it('writes the fields in the order of the contract', () => {
  const event = inboundCodec.decode(
    bytesOf({
      data: {
        verdictWanted: true,
        seen: '3:1033',
        evidence: { risk: {}, harm: { abuse: 0.93 }, status: 'assessed', version: '1', assessor: 'platform' },
        textLength: 42,
        role: 'user',
        parentId: 'm6',
        messageId: 'm7',
      },
      ...ENVELOPE,
      type: 'offramp.message.posted.v1',
    }),
  );
  expect(event.kind === 'event' && inboundCodec.encode(event.event).toString()).toBe(
    '{"specversion":"1.0","id":"e1","source":"acme","subject":"t1","type":"offramp.message.posted.v1",' +
      '"time":"2026-11-23T06:24:30.123Z","data":{"messageId":"m7","parentId":"m6","role":"user","textLength":42,' +
      '"evidence":{"assessor":"platform","version":"1","status":"assessed","harm":{"abuse":0.93},"risk":{}},' +
      '"seen":"3:1033","verdictWanted":true}}',
  );
});

describe('what cannot be read', () => {
  it.each([
    ['nothing', Buffer.alloc(0), 'not-json'],
    ['half a line', Buffer.from('{"specversion":"1.0","id":"e'), 'not-json'],
    ['a byte order mark', Buffer.from(`\ufeff${JSON.stringify(ENVELOPE)}`), 'not-json'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'not-json'],
    ['null', Buffer.from('null'), 'not-an-event'],
    ['a list', Buffer.from('[1]'), 'not-an-event'],
    ['an object', Buffer.from('{}'), 'not-an-event'],
    ['another version of CloudEvents', event({ specversion: '2.0' }), 'not-an-event'],
    ['a time without milliseconds', event({ time: '2026-11-23T06:24:30Z' }), 'not-an-event'],
    ['a day that is in no calendar', event({ time: '2026-02-30T06:24:30.000Z' }), 'not-an-event'],
    ['an hour that no day has', event({ time: '2026-02-03T24:00:00.000Z' }), 'not-an-event'],
    ['a tenant with a slash', event({ source: 'a/b' }), 'not-an-event'],
    ['a subject with half a character', event({ subject: '\ud83d' }), 'not-an-event'],
    ['an id with half a character', event({ id: '\ude00' }), 'not-an-event'],
    ['a message without a role', event({ data: { messageId: 'm7' } }), 'invalid-data'],
    ['no data', event({ data: undefined }), 'invalid-data'],
    ['a score over 1', message({ evidence: evidence({ abuse: 1.01 }) }), 'invalid-data'],
    ['a score that is no number', message({ evidence: evidence({ abuse: '1' }) }), 'invalid-data'],
    ['a category with a space', message({ evidence: evidence({ 'a b': 1 }) }), 'invalid-data'],
    ['an assessor with a NUL', message({ evidence: { ...evidence({}), assessor: 'a\0' } }), 'invalid-data'],
    ['an offset over 2^53 - 1', message({ seen: '0:9007199254740992' }), 'invalid-data'],
  ])('%s is undecodable', (_, bytes, cause) => {
    expect(inboundCodec.decode(bytes)).toEqual({ kind: 'undecodable', cause });
  });

  it('is a type or a version that is not known yet, by its name, whatever its data', () => {
    const type = 'offramp.message.posted.v2';
    expect(inboundCodec.decode(event({ type, data: { anything: 1 } }))).toEqual({ kind: 'unknown', type });
    expect(inboundCodec.decode(event({ type, data: undefined }))).toEqual({ kind: 'unknown', type });
    expect(decisionsCodec.decode(message({})).kind).toBe('unknown');
    expect(inboundCodec.decode(event({ type: 'com.example.mail', data: 1 })).kind).toBe('unknown');
  });

  it('is a type that is not known yet even in an envelope that is not known yet', () => {
    const type = 'offramp.message.posted.v2';
    expect(inboundCodec.decode(event({ type, specversion: '1.1', time: 0 }))).toEqual({ kind: 'unknown', type });
  });

  it('is a document so deep that reading it could exhaust the stack', () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    const text = event({ type: 'offramp.policy.activated.v1', data: { document: 0 } });
    const data = `{"policy":"p@1","document":${deep},"share":1,"by":"me","hasReason":false}`;
    const bytes = Buffer.from(text.toString().replace('{"document":0}', data));
    expect(inboundCodec.decode(bytes)).toEqual({ kind: 'undecodable', cause: 'invalid-data' });
  });

  it('is a document with a field that would be gone once it is copied', () => {
    const text = event({ type: 'offramp.policy.activated.v1', data: { document: 0 } }).toString();
    const data = '{"policy":"p@00000000","document":{"a":[{"__proto__":0}]},"share":1,"by":"me","hasReason":false}';
    const bytes = Buffer.from(text.replace('{"document":0}', data));
    expect(inboundCodec.decode(bytes)).toEqual({ kind: 'undecodable', cause: 'invalid-data' });
  });

  it('never throws, whatever the bytes', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
      fc.record({ data: fc.jsonValue(), type: fc.constantFrom(...typesOf(CASES)) }).map((part) => event(part)),
    );
    fc.assert(
      fc.property(garbage, (bytes) => {
        const kinds = [inboundCodec, decisionsCodec, contentCodec].map((codec) => codec.decode(bytes).kind);
        expect(kinds.every((kind) => kind === 'undecodable' || kind === 'unknown' || kind === 'event')).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws on a valid event with one byte changed', () => {
    const changed = fc.tuple(inboundEvents.MessagePosted, fc.nat(), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(changed, ([valid, at, byte]) => {
        const bytes = Buffer.from(inboundCodec.encode(valid));
        bytes[at % bytes.length] = byte;
        const decoded = inboundCodec.decode(bytes);
        if (decoded.kind === 'event') expect(inboundCodec.decode(inboundCodec.encode(decoded.event))).toEqual(decoded);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('reading', () => {
  it('lets unknown fields go', () => {
    const decoded = inboundCodec.decode(message({ mood: 'fine', evidence: { ...evidence({}), model: 'x' } }));
    const data = { messageId: 'm7', role: 'user', evidence: evidence({}) };
    expect(decoded).toEqual({ kind: 'event', event: { ...ENVELOPE, type: 'offramp.message.posted.v1', data } });
  });

  it('keeps categories that are not known', () => {
    const decoded = inboundCodec.decode(message({ evidence: evidence({ 'brand-new/thing': 0.5 }) }));
    expect(decoded).toMatchObject({ event: { data: { evidence: { harm: { 'brand-new/thing': 0.5 } } } } });
  });

  it('reads a part of a larger buffer', () => {
    const bytes = message({});
    const larger = Buffer.concat([Buffer.from('xx'), bytes, Buffer.from('yy')]);
    expect(inboundCodec.decode(larger.subarray(2, 2 + bytes.length)).kind).toBe('event');
  });

  it('takes the longest ids that the contract allows', () => {
    const messageId = '😀'.repeat(128);
    const id = `${'t'.repeat(64)}/${encodeURIComponent(messageId)}/${encodeURIComponent(messageId)}`;
    const bytes = event({ id, source: 't'.repeat(64), subject: messageId, data: { messageId, role: 'user' } });
    expect(inboundCodec.decode(bytes).kind).toBe('event');
  });
});

it('refuses to write what it could not read: that is a broken invariant', () => {
  const codec = createCodec({});
  expect(() => codec.encode({ type: 'offramp.message.posted.v1' })).toThrow('has a schema in this codec');
});

function casesOf(codec: unknown, arbitraries: object): Case[] {
  return Object.entries(arbitraries).map(([name, events]) => ({ name, codec: codec as Case['codec'], events }));
}

function typesOf(cases: readonly Case[]): string[] {
  return cases.map(({ events }) => fc.sample(events, 1)[0]!.type);
}

function event(fields: object): Buffer {
  return bytesOf({
    ...ENVELOPE,
    type: 'offramp.message.posted.v1',
    data: { messageId: 'm7', role: 'user' },
    ...fields,
  });
}

function message(data: object): Buffer {
  return event({ data: { messageId: 'm7', role: 'user', ...data } });
}

function evidence(harm: object) {
  return { assessor: 'platform', version: '1', status: 'assessed', harm, risk: {} };
}

function bytesOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** The same value with the fields of each object in the opposite order; lists, scores and documents stay as they are. */
function backwards(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, isByName(name) ? part : backwards(part)]);
  return Object.fromEntries(entries.reverse());
}

/** Objects whose names are data: their order is the writer's, and is kept. */
function isByName(field: string): boolean {
  return field === 'harm' || field === 'risk' || field === 'document';
}
