import fc from 'fast-check';
import { createCodec, inboundCodec } from './codec.js';
import { messageEventId } from './ids.js';
import { type InboundEvent, inboundSchemas } from './inbound.js';
import { cutMessagePosted } from './message-posted-cut.js';
import { inboundEvents } from './testing/index.js';

/*
 * The hand-tuned cut against the parser and the schema: whatever it gives, they give too. It may leave anything to them, so it
 * is also tried that it does not leave everything.
 */
const bySchema = createCodec<InboundEvent>(inboundSchemas);

it('gives what parser and schema give, for messages and for bytes that are nearly messages', () => {
  fc.assert(
    fc.property(bytesLikeMessages(), (bytes) => {
      const event = cutMessagePosted(bytes);
      if (event === undefined) return;
      expect({ kind: 'event', event }).toStrictEqual(bySchema.decode(bytes));
      expect(JSON.stringify(event)).toBe(JSON.stringify(JSON.parse(bytes.toString())));
    }),
    { numRuns: 10_000 },
  );
});

it('cuts what our ingest writes for usual ids', () => {
  fc.assert(
    fc.property(usualMessages(), (event) => {
      const bytes = bySchema.encode(event as InboundEvent);
      expect(cutMessagePosted(bytes)).toStrictEqual(JSON.parse(bytes.toString()));
      expect(inboundCodec.decode(bytes)).toStrictEqual(bySchema.decode(bytes));
    }),
    { numRuns: 1000 },
  );
});

it.each([
  ['no score', '{}', {}],
  ['one', '{"abuse":1}', { abuse: 1 }],
  ['several', '{"abuse":0.95,"hate/threatening":0,"a":1}', { abuse: 0.95, 'hate/threatening': 0, a: 1 }],
  ['a very small one', '{"abuse":1.2345678901234567e-7}', { abuse: 1.2345678901234567e-7 }],
  ['the smallest', '{"abuse":5e-324}', { abuse: 5e-324 }],
  ['a long one', '{"abuse":0.000001234567890123456}', { abuse: 0.000001234567890123456 }],
  ['one said twice', '{"abuse":0.1,"abuse":0.9}', { abuse: 0.9 }],
  ['names that look like indices', '{"b":0.1,"1":0.2}', { b: 0.1, '1': 0.2 }],
])('reads scores: %s', (_, text, scores) => {
  const event = cutMessagePosted(message({ harm: text }));
  expect(event?.data.evidence?.harm).toStrictEqual(scores);
});

it.each([
  ['a comma too many', { harm: '{"abuse":0.1,}' }],
  ['two objects in one', { harm: '{"abuse":0.1}}' }],
  ['a score under 0', { harm: '{"abuse":-0.1}' }],
  ['minus nothing', { harm: '{"abuse":-0}' }],
  ['a score over 1', { harm: '{"abuse":1.1}' }],
  ['a leading zero', { harm: '{"abuse":00.1}' }],
  ['a point and nothing', { harm: '{"abuse":0.}' }],
  ['a text for a score', { harm: '{"abuse":"0.1"}' }],
  ['an unknown field', { more: ',"mood":"fine"' }],
  ['fields in another order', { more: ',"role":"user"' }],
  ['an escape', { messageId: 'm\\u0037' }],
  ['a byte beyond ASCII', { messageId: 'm\u00e4' }],
  ['an empty id', { messageId: '' }],
  ['a position with a leading zero', { more: ',"seen":"0:01"' }],
  ['an offset over 2^53 - 1', { more: ',"seen":"0:9007199254740992"' }],
  ['the 29th of February', { time: '2026-02-29T00:00:00.000Z' }],
  ['another type', { type: 'offramp.message.posted.v2' }],
  ['a line break at the end', { end: '\n' }],
])('leaves to parser and schema: %s', (_, parts) => {
  expect(cutMessagePosted(message(parts))).toBeUndefined();
});

it('keeps nothing of the bytes that it was cut from', () => {
  const long = 'm'.repeat(100);
  const bytes = message({ messageId: long });
  const event = cutMessagePosted(bytes)!;
  bytes.fill(0);
  expect(event.data.messageId).toBe(long);
});

interface Parts {
  readonly harm?: string;
  readonly more?: string;
  readonly messageId?: string;
  readonly time?: string;
  readonly type?: string;
  readonly end?: string;
}

function message(parts: Parts): Buffer {
  const { harm = '{}', more = '', messageId = 'm7', end = '' } = parts;
  const { time = '2026-11-23T06:24:30.123Z', type = 'offramp.message.posted.v1' } = parts;
  const envelope = `"specversion":"1.0","id":"acme/t1/m7","source":"acme","subject":"t1","type":"${type}","time":"${time}"`;
  const evidence = `"evidence":{"assessor":"p","version":"1","status":"assessed","harm":${harm}}`;
  return Buffer.from(`{${envelope},"data":{"messageId":"${messageId}","role":"user",${evidence}${more}}}${end}`);
}

/** Encoded messages, and the same with a few bytes replaced, removed, repeated or put in. */
function bytesLikeMessages(): fc.Arbitrary<Buffer> {
  const piece = fc.oneof(
    fc.constantFrom(
      '"',
      '\\',
      ',',
      ':',
      '{',
      '}',
      '0',
      '1',
      '9',
      '-',
      'e',
      '.',
      ' ',
      '\n',
      'null',
      'true',
      '\u00e9',
      '\0',
    ),
    fc.constantFrom(
      '"a":0.5,',
      '"intent":"end"',
      '"signal":{}',
      '"redirected":true',
      '"seen":"3:5"',
      '"parentId":null',
    ),
  );
  const change = fc.record({
    at: fc.nat(2000),
    remove: fc.integer({ min: 0, max: 4 }),
    put: fc.oneof(fc.constant(''), piece),
  });
  const valid = fc.oneof(inboundEvents.MessagePosted, usualMessages());
  return fc.tuple(valid, fc.array(change, { maxLength: 2 })).map(([event, changes]) => {
    let text = bySchema.encode(event as InboundEvent).toString();
    for (const { at, remove, put } of changes) {
      const from = at % text.length;
      text = text.slice(0, from) + put + text.slice(from + remove);
    }
    return Buffer.from(text);
  });
}

/** Messages whose ids, names and times are of the usual form. */
function usualMessages(): fc.Arbitrary<unknown> {
  const id = fc.stringMatching(/^[\w.:@-]{1,64}$/);
  const time = '2026-11-23T06:24:30.123Z';
  return fc
    .tuple(inboundEvents.MessagePosted, id, id, fc.constantFrom('platform', 'rules'))
    .map(([event, messageId, threadId, assessor]) => {
      const { at, parentId, evidence, seen } = event.data;
      const data = {
        ...event.data,
        messageId,
        ...(parentId == null ? {} : { parentId: threadId }),
        ...(at === undefined ? {} : { at: time }),
        ...(evidence === undefined ? {} : { evidence: { ...evidence, assessor, version: '1.0.0' } }),
        ...(seen === undefined ? {} : { seen: '3:9007199254740991' }),
        ...(event.data.textLength === undefined ? {} : { textLength: event.data.textLength % 1_000_000_000 }),
      };
      const id = messageEventId('acme', threadId, messageId);
      return { ...event, id, source: 'acme', subject: threadId, time, data };
    });
}
