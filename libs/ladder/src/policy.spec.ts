import { BUILT_IN_POLICY } from './built-in-policy.js';
import { parsePolicy, policyId } from './policy.js';
import { policyDocument } from './testing/history/policies.js';

const messagesOf = (changes: Record<string, unknown>) => {
  const parsed = parsePolicy(policyDocument(changes));
  return parsed.kind === 'invalid' ? parsed.errors : parsed.kind;
};

describe('floors that no policy can lower', () => {
  it.each([
    ['redirects', { redirects: 1 }, '/redirects', /^Floor: redirects are at least 2/],
    [
      'redirects of a category',
      { perCategory: { abuse: { redirects: 1 } } },
      '/perCategory/abuse/redirects',
      /^Floor: redirects/,
    ],
    [
      'patience after the warning',
      { persistAfterWarning: 0 },
      '/persistAfterWarning',
      /^Floor: persistAfterWarning is at least 1/,
    ],
    [
      'that of a category',
      { perCategory: { 'hate/threatening': { persistAfterWarning: 0 } } },
      '/perCategory/hate~1threatening/persistAfterWarning',
      /^Floor: persistAfterWarning/,
    ],
    ['the guard', { guard: undefined }, '/guard', /^Floor: the guard exists/],
    ['the four risks', { risk: undefined }, '/risk', /^Floor: the guard exists, with a threshold for each/],
    [
      'each of the four risks',
      { risk: { 'self-harm': 0.3, 'mental-health-crisis': 0.3, 'harm-to-others': 0.3 } },
      '/risk/violence-intent',
      /^Floor: the guard needs a threshold for violence-intent/,
    ],
    ['harm that was seen', { harm: { abuse: 0 } }, '/harm/abuse', /^Floor: a threshold of 0/],
  ])('%s', (_floor, changes, pointer, message) => {
    expect(messagesOf(changes)).toStrictEqual([{ pointer, message: expect.stringMatching(message) }]);
  });

  it('are themselves allowed', () => {
    const least = { redirects: 2, persistAfterWarning: 1, perCategory: { abuse: { redirects: 2 } } };
    expect(messagesOf(least)).toBe('policy');
  });
});

describe('a document', () => {
  it.each([
    ['a number that is no number', { redirects: '3' }, '/redirects'],
    ['half a redirect', { redirects: 2.5 }, '/redirects'],
    ['a slip of the pen', { redirects: 51 }, '/redirects'],
    ['a duration whose length depends', { forgetAfter: 'P1M' }, '/forgetAfter'],
    ['a duration of nothing', { guard: { expiresAfter: 'PT0S' } }, '/guard/expiresAfter'],
    ['an unknown way of delivery', { delivery: 'hoped' }, '/delivery'],
    ['a threshold beyond 1', { harm: { abuse: 1.1 } }, '/harm/abuse'],
    ['a category that is no name', { harm: { Abuse: 0.5 } }, '/harm/Abuse'],
    ['three confirmations', { modelConfirmations: 3 }, '/modelConfirmations'],
    ['semantics that are no number', { semantics: '1' }, '/semantics'],
  ])('with %s is refused by name', (_mistake, changes, pointer) => {
    expect(messagesOf(changes)).toStrictEqual([{ pointer, message: expect.stringMatching(/\S/) }]);
  });

  it('that is none at all is refused', () => {
    for (const none of [null, 3, 'policy', [], undefined]) expect(parsePolicy(none).kind).toBe('invalid');
  });

  it('of rules that a newer program knows is told apart from a mistake', () => {
    expect(parsePolicy({ semantics: 2 })).toStrictEqual({ kind: 'unknown-semantics', semantics: 2 });
    expect(parsePolicy({ ...policyDocument(), semantics: 0 }).kind).toBe('unknown-semantics');
  });

  it('keeps unknown fields in its id, and none in its policy', () => {
    const document = { ...policyDocument(), colour: 'green' };
    const parsed = parsePolicy(document);
    expect(parsed.kind).toBe('policy');
    if (parsed.kind !== 'policy') return;
    expect(parsed.policy.id).toBe(policyId(document as unknown as { name: string }));
    expect(parsed.policy.id).not.toBe(policyId(policyDocument() as { name: string }));
    expect(parsed.policy).not.toHaveProperty('colour');
  });

  it('reads durations as milliseconds', () => {
    const parsed = parsePolicy(policyDocument({ forgetAfter: 'P1W', guard: { expiresAfter: 'PT90M' } }));
    expect(parsed).toMatchObject({ kind: 'policy', policy: { forgetAfterMs: 604_800_000, guardMs: 5_400_000 } });
  });
});

describe('the id of a policy', () => {
  it('is its name and the first 8 hex digits of the SHA-256 of its canonical form', () => {
    // printf '{"a":[1,2],"name":"n"}' | sha256sum
    expect(policyId({ name: 'n', a: [1, 2] } as { name: string })).toBe('n@082fc5be');
  });

  it('does not depend on the order of members', () => {
    const { name, ...rest } = policyDocument();
    expect(policyId({ ...rest, name } as { name: string })).toBe(policyId({ name, ...rest } as { name: string }));
  });

  it('of the built-in one stays what it is: a change of the document is a new policy', () => {
    expect(BUILT_IN_POLICY.id).toBe('default@7a146dca');
    expect(BUILT_IN_POLICY.id).toBe(policyId(BUILT_IN_POLICY.document));
  });
});
