import { type Evidence, evidenceSchema } from '@offramp/events';
import fc from 'fast-check';
import { canonicalEvidence, completeEvidence, intentOf, mergeEvidence } from './complete-evidence.js';
import { rules } from './rules.js';

const platform: Evidence = { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse: 0.93 } };
const user = { role: 'user' } as const;

describe('evidence without risk is not complete', () => {
  it('is filled from the text', async () => {
    const evidence = await completeEvidence(platform, { ...user, text: 'I want to die.' }, rules);
    expect(evidence).toEqual({
      assessor: 'platform+rules',
      version: '1',
      status: 'assessed',
      harm: { abuse: 0.93 },
      risk: { 'self-harm': 0.9 },
    });
  });

  it('is unavailable without a text, and where only the platform counts', async () => {
    const expected = { ...platform, status: 'unavailable' };
    expect(await completeEvidence(platform, user, rules)).toEqual(expected);
    expect(await completeEvidence(platform, { ...user, text: 'I want to die.' }, undefined)).toEqual(expected);
  });

  it('is unavailable where the assessor is', () => {
    const own: Evidence = { assessor: 'own', version: '1', status: 'unavailable', harm: {} };
    expect(mergeEvidence(platform, own)?.status).toBe('unavailable');
    expect(mergeEvidence({ ...platform, risk: {} }, own)?.status).toBe('assessed');
  });
});

describe('where both speak', () => {
  const own: Evidence = {
    assessor: 'own',
    version: '7',
    status: 'assessed',
    harm: { abuse: 0.2, hate: 0.9 },
    risk: { 'self-harm': 0.5, 'violence-intent': 0.1 },
    intent: 'end',
  };

  it("the platform's harm wins and the greater risk counts", () => {
    const theirs = { ...platform, risk: { 'self-harm': 0.01, 'violence-intent': 0.4 } };
    const merged = mergeEvidence(theirs, own);
    expect(merged?.harm).toEqual({ abuse: 0.93 });
    expect(merged?.risk).toEqual({ 'self-harm': 0.5, 'violence-intent': 0.4 });
    expect(merged?.intent).toBe('end');
    expect([merged?.assessor, merged?.version]).toEqual(['platform+own', '1+7']);
  });

  it('the platform alone is named where the other adds nothing', () => {
    const theirs = { ...platform, risk: { 'self-harm': 0.6, 'violence-intent': 0.4 }, intent: 'confirm-end' } as const;
    expect(mergeEvidence(theirs, own)).toEqual(theirs);
  });

  it("a platform's own unavailable stays, and the risk that was seen is kept", () => {
    const merged = mergeEvidence({ ...platform, status: 'unavailable', risk: {} }, own);
    expect(merged?.status).toBe('unavailable');
    expect(merged?.risk).toEqual(own.risk);
  });
});

describe('self-harm given under harm', () => {
  it('is risk', () => {
    const given: Evidence = {
      ...platform,
      harm: { 'self-harm/intent': 0.7, 'self-harm': 0.4, 'self-harm/instructions': 0.2 },
      risk: { 'self-harm': 0.1 },
    };
    const { harm, risk } = canonicalEvidence(given);
    expect({ harm, risk }).toEqual({ harm: { 'self-harm/instructions': 0.2 }, risk: { 'self-harm': 0.7 } });
  });

  it('does not complete evidence whose other risks nobody looked for', () => {
    const given: Evidence = { ...platform, harm: { 'self-harm': 0.9 } };
    expect(canonicalEvidence(given)).toEqual({ ...given, status: 'unavailable', harm: {}, risk: { 'self-harm': 0.9 } });
  });
});

it('says nothing where nobody spoke', async () => {
  expect(await completeEvidence(undefined, user, rules)).toBeUndefined();
  expect(await completeEvidence(undefined, { ...user, text: 'Hello' }, undefined)).toBeUndefined();
});

it("takes the platform's button before the assessor's reading", () => {
  expect(intentOf({ intent: 'confirm-end', evidence: { ...platform, intent: 'end' } })).toBe('confirm-end');
  expect(intentOf({ evidence: { ...platform, intent: 'end' } })).toBe('end');
  expect(intentOf({})).toBeUndefined();
});

describe('of any two pieces of evidence', () => {
  const category = fc.constantFrom('abuse', 'constructor', 'hate', 'self-harm', 'self-harm/intent', 'zeta', '10', '9');
  const scores = fc.dictionary(category, fc.double({ min: 0, max: 1, noNaN: true }), { maxKeys: 5 });
  const anyEvidence: fc.Arbitrary<Evidence> = fc.record(
    {
      assessor: fc.string({ minLength: 1, maxLength: 64 }),
      version: fc.string({ minLength: 1, maxLength: 64 }),
      status: fc.constantFrom('assessed' as const, 'unavailable' as const),
      harm: scores,
      risk: scores,
      intent: fc.constantFrom('end' as const, 'confirm-end' as const),
    },
    { requiredKeys: ['assessor', 'version', 'status', 'harm'] },
  );
  const given = (scores: Evidence['risk'], kind: string) =>
    Object.hasOwn(scores ?? {}, kind) ? (scores?.[kind] ?? 0) : 0;

  it('the merge is valid, is a fixed point, and loses no risk that an available side saw', () => {
    fc.assert(
      fc.property(anyEvidence, anyEvidence, (theirs, own) => {
        const merged = mergeEvidence(theirs, own) as Evidence;
        expect(evidenceSchema.safeParse(merged).success).toBe(true);
        expect(JSON.stringify(canonicalEvidence(merged))).toBe(JSON.stringify(merged));
        const ours = own.status === 'assessed' ? own.risk : undefined;
        for (const kind of [...Object.keys(theirs.risk ?? {}), ...Object.keys(ours ?? {})]) {
          expect(given(merged.risk, kind)).toBeGreaterThanOrEqual(
            Math.max(given(theirs.risk, kind), given(ours, kind)),
          );
        }
        expect(given(merged.risk, 'self-harm')).toBeGreaterThanOrEqual(given(theirs.harm, 'self-harm'));
        if (merged.status === 'assessed') expect([theirs.status, merged.risk]).toEqual(['assessed', expect.anything()]);
        expect(Object.keys(merged.harm).filter((name) => given(theirs.harm, name) !== merged.harm[name])).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('the order in which scores were given does not show in the bytes', () => {
    fc.assert(
      fc.property(anyEvidence, (evidence) => {
        const turned = (scores: Record<string, number>) => Object.fromEntries(Object.entries(scores).reverse());
        const other = {
          ...evidence,
          harm: turned(evidence.harm),
          ...(evidence.risk && { risk: turned(evidence.risk) }),
        };
        expect(JSON.stringify(canonicalEvidence(other))).toBe(JSON.stringify(canonicalEvidence(evidence)));
      }),
    );
  });
});
