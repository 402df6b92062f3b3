import fc from 'fast-check';
import { type DecisionOrigin, decisionId, messageEventId, messageIdSchema, tenantIdSchema, threadKey } from './ids.js';
import { messageIds, tenants, threadIds } from './testing/index.js';

const ORIGIN: DecisionOrigin = {
  source: 'acme',
  subject: 't1',
  position: '3:1041',
  eventId: 'acme/t1/m7',
  type: 'offramp.redirect.advised.v1',
  index: 0,
};

describe('tenants', () => {
  it.each(['acme', 'A.b_c-9', '.', 'x'.repeat(64)])('may be %j', (tenant) => {
    expect(tenantIdSchema.safeParse(tenant).success).toBe(true);
  });

  it.each(['', 'x'.repeat(65), 'a/b', 'a b', 'é', 'a\n', 'a%2Fb'])('may not be %j', (tenant) => {
    expect(tenantIdSchema.safeParse(tenant).success).toBe(false);
  });
});

describe('thread and message ids', () => {
  it.each([
    ['a letter', 'm'],
    ['a slash, a space, a percent sign', 'a/b c%'],
    ['128 characters', 'x'.repeat(128)],
    ['128 characters of two code units each', '😀'.repeat(128)],
    ['a byte order mark', '\ufeff'],
  ])('may be %s', (_, id) => {
    expect(messageIdSchema.safeParse(id).success).toBe(true);
  });

  it.each([
    ['empty', ''],
    ['129 characters', 'x'.repeat(129)],
    ['129 characters of two code units each', '😀'.repeat(129)],
    ['with a NUL', 'a\0b'],
    ['with a line feed at the end', 'a\n'],
    ['with a delete', 'a\u007f'],
    ['with a C1 control', 'a\u0085'],
    ['with a lone high surrogate', 'a\ud83d'],
    ['with a lone low surrogate', '\ude00a'],
  ])('may not be %s', (_, id) => {
    expect(messageIdSchema.safeParse(id).success).toBe(false);
  });
});

describe('keys and event ids', () => {
  it.each([
    ['acme', 't1', 'acme/t1'],
    ['acme', 'a/b', 'acme/a%2Fb'],
    ['acme', 'a b%', 'acme/a%20b%25'],
    ['acme', '😀', 'acme/%F0%9F%98%80'],
    ['a.b-c_d', "!~*'()", "a.b-c_d/!~*'()"],
  ])('of %s and %s is %s', (tenant, thread, key) => {
    expect(threadKey(tenant, thread)).toBe(key);
  });

  it('tell a/b + c from a + b/c', () => {
    expect(messageEventId('t', 'a/b', 'c')).toBe('t/a%2Fb/c');
    expect(messageEventId('t', 'a', 'b/c')).toBe('t/a/b%2Fc');
  });

  it('can be read back, so that no two triples share one', () => {
    const triple = fc.tuple(tenants, threadIds, messageIds);
    fc.assert(
      fc.property(triple, (parts) => {
        expect(
          messageEventId(...parts)
            .split('/')
            .map(decodeURIComponent),
        ).toEqual(parts);
      }),
    );
  });
});

describe('decision ids', () => {
  it('are 32 hex digits and the same for ever', () => {
    expect(decisionId(ORIGIN)).toBe('2639112cccc87d5c1d5c7a8b8be163bc');
  });

  it.each([
    ['source', { source: 'acme2' }],
    ['subject', { subject: 't2' }],
    ['position', { position: '3:1042' }],
    ['event id', { eventId: 'acme/t1/m8' }],
    ['type', { type: 'offramp.warning.advised.v1' }],
    ['index', { index: 1 }],
  ])('depend on the %s', (_, change) => {
    expect(decisionId({ ...ORIGIN, ...change })).not.toBe(decisionId(ORIGIN));
  });

  it('do not mistake one part for another', () => {
    expect(decisionId({ ...ORIGIN, source: 'a', subject: 'b/c' })).not.toBe(
      decisionId({ ...ORIGIN, source: 'a/b', subject: 'c' }),
    );
  });
});
