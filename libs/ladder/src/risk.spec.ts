import { policyId } from './policy.js';
import { activated, answer, climb, harmful, message, riskReported, risky, unassessed } from './testing/builders.js';
import { assessed } from './testing/events.js';
import {
  conversationReopened,
  guardExtended,
  guardRaised,
  harm,
  ladder,
  messageRefused,
  redirectAdvised,
  risk,
  supportAdvised,
} from './testing/expected.js';
import { given } from './testing/given.js';
import { policyDocument } from './testing/history/policies.js';

/** Invariant GUARD. An ended line: u5, at offset 8. */
const ended = [...climb(4), harmful('u5')];

describe('risk in a user message', () => {
  it('raises the guard at its threshold, and asks for support', () => {
    given()
      .when(risky('u1', { score: 0.3 }))
      .then(
        guardRaised({
          kind: 'self-harm',
          verdict: 'support',
          because: risk('u1', 'self-harm', 0.3),
          until: '2026-01-08T00:00:01.000Z',
        }),
      );
    given()
      .when(risky('u1', { score: 0.2999 }))
      .thenNothing();
  });

  it.each(['self-harm', 'mental-health-crisis', 'harm-to-others', 'violence-intent'])('knows %s', (kind) => {
    given()
      .when(risky('u1', { kind }))
      .then(guardRaised({ kind, verdict: 'support', because: risk('u1', kind), until: '2026-01-08T00:00:01.000Z' }));
  });

  it('ignores kinds that nobody knows', () => {
    given()
      .when(risky('u1', { kind: 'boredom', score: 1 }))
      .thenNothing();
  });

  it('outranks harm in the same message', () => {
    given(climb(4))
      .when(message('u5', { evidence: assessed({ abuse: 1 }, { 'harm-to-others': 0.4 }) }))
      .then(
        guardRaised({
          kind: 'harm-to-others',
          verdict: 'support',
          because: risk('u5', 'harm-to-others', 0.4),
          until: '2026-01-08T00:00:09.000Z',
        }),
      );
  });

  it('is supported again while the guard is up, which then lasts longer', () => {
    given(risky('u1'))
      .when(risky('u2', { later: 'P1D' }))
      .then(supportAdvised({ because: risk('u2'), until: '2026-01-09T00:00:01.000Z' }));
  });

  it('speaks even where the assessment is unavailable otherwise', () => {
    const evidence = { ...assessed({ abuse: 1 }, { 'self-harm': 0.9 }), status: 'unavailable' as const };
    given()
      .when(message('u1', { evidence }))
      .then(
        guardRaised({
          kind: 'self-harm',
          verdict: 'support',
          because: risk('u1'),
          until: '2026-01-08T00:00:01.000Z',
        }),
      );
  });

  it('is heard from users only', () => {
    given()
      .when(answer('a1', { evidence: assessed({}, { 'self-harm': 1 }) }))
      .thenNothing();
  });

  it('is judged by the newest policy, also on a line that keeps an older one', () => {
    const thresholds = {
      'self-harm': 0.95,
      'mental-health-crisis': 0.3,
      'harm-to-others': 0.3,
      'violence-intent': 0.3,
    };
    const document = policyDocument({ name: 'later', risk: thresholds, guard: { expiresAfter: 'PT1H' } });
    const policy = policyId(document as { name: string });
    given(climb(2), activated(document))
      .when(risky('u3', { score: 0.94 }))
      .then();
    given(climb(2), activated(document))
      .when(risky('u3', { score: 0.95 }))
      .then(
        guardRaised({
          kind: 'self-harm',
          verdict: 'support',
          because: risk('u3', 'self-harm', 0.95, 0.95),
          until: '2026-01-01T01:00:06.000Z',
          policy,
        }),
      );
  });
});

describe('a risk wipes the slate', () => {
  it('of a line on its way: the next insult after the guard finds a clear one', () => {
    given(climb(4), risky('u5'))
      .when(harmful('u6', { later: 'P8D' }))
      .then(redirectAdvised({ because: harm('u6'), ladder: ladder('redirecting', 0) }));
  });

  it('of all branches of the thread', () => {
    given(climb(3), climb(2, { from: 6, under: null }), risky('x1', { under: null }))
      .when(harmful('u4', { under: 'a3', later: 'P8D' }))
      .then(redirectAdvised({ because: harm('u4'), ladder: ladder('redirecting', 0) }));
  });

  it('of what is awaited: the answer delivers nothing', () => {
    given(climb(3), harmful('u4'), riskReported()).when(answer('a4')).then();
  });

  it('but of no other thread and no other tenant', () => {
    given(climb(1), riskReported({ thread: 't2' }), riskReported({ tenant: 'other' }))
      .when(harmful('u2', { under: 'a1' }))
      .then(redirectAdvised({ because: harm('u2'), ladder: ladder('redirecting', 1) }));
  });

  it('and opens ended lines, which it names', () => {
    given(...ended)
      .when(risky('x1', { under: null }))
      .then(
        guardRaised({
          kind: 'self-harm',
          verdict: 'support',
          because: risk('x1'),
          until: '2026-01-08T00:00:10.000Z',
        }),
        conversationReopened({ endIds: ['u5'], cause: 'risk' }),
      );
  });

  it('also under an ended line itself, where nobody is refused who is at risk', () => {
    given(...ended, message('u6'))
      .when(risky('u7'))
      .then(
        guardRaised({
          kind: 'self-harm',
          verdict: 'support',
          because: risk('u7'),
          until: '2026-01-08T00:00:11.000Z',
        }),
        conversationReopened({ endIds: ['u5'], cause: 'risk' }),
      );
  });

  it('and names a line once, until it ends again', () => {
    const reopened = [...ended, riskReported()];
    given(...reopened)
      .when(riskReported({ later: 'PT1H' }))
      .then(guardExtended({ until: '2026-01-08T01:00:10.000Z' }));
    given(...reopened, climb(4, { from: 11, under: 'u5', later: 'P8D' }), harmful('u15'))
      .when(riskReported())
      .then(
        guardRaised({ until: '2026-03-13T00:00:12.000Z' }),
        conversationReopened({ endIds: ['u15'], cause: 'risk' }),
      );
  });

  it('and takes messages on a line that it opened', () => {
    given(...ended, riskReported())
      .when(message('u6'))
      .then();
    given(...ended, riskReported())
      .when(harmful('u6'))
      .then(supportAdvised({ because: harm('u6'), until: '2026-01-08T00:00:10.000Z' }));
  });
});

describe('a reported risk', () => {
  it('raises the guard whatever its kind, and says it', () => {
    given()
      .when(riskReported({ kind: 'something-seen', messageId: 'm1' }))
      .then(guardRaised({ kind: 'something-seen', until: '2026-01-08T00:00:01.000Z' }));
  });

  it('extends a guard that is up', () => {
    given(riskReported())
      .when(riskReported({ later: 'PT1H', kind: 'self-harm' }))
      .then(guardExtended({ kind: 'self-harm', until: '2026-01-08T01:00:01.000Z' }));
  });

  it('never moves the expiry back', () => {
    const short = policyDocument({ name: 'short', guard: { expiresAfter: 'PT1H' } });
    given(riskReported(), activated(short))
      .when(riskReported())
      .then(guardExtended({ until: '2026-01-08T00:00:01.000Z', policy: policyId(short as { name: string }) }));
  });

  it('comes late and still opens the line that ended before it', () => {
    given(...ended)
      .when(riskReported({ messageId: 'u2', later: 'P40D' }))
      .then(
        guardRaised({ until: '2026-02-17T00:00:09.000Z' }),
        conversationReopened({ endIds: ['u5'], cause: 'risk' }),
      );
  });

  it('comes before the messages that it speaks of, and keeps them from counting', () => {
    given(riskReported({ messageId: 'u1' }))
      .when(harmful('u1', { under: null }))
      .then(supportAdvised({ because: harm('u1'), until: '2026-01-08T00:00:01.000Z' }));
  });

  it('counts once, by its id', () => {
    given(riskReported({ id: 'r1' }))
      .when(riskReported({ id: 'r1', later: 'P1D' }))
      .thenNothing();
  });

  it('names at most 100 lines at once, and none less', () => {
    const fork = [activated(policyDocument({ name: 'quick', redirects: 2 })), ...climb(3)];
    const ids = Array.from({ length: 201 }, (_, i) => `e${i}`);
    const policy = policyId(policyDocument({ name: 'quick', redirects: 2 }) as { name: string });
    given(...fork, ...ids.map((id) => harmful(id, { under: 'a3' })))
      .when(riskReported())
      .then(
        guardRaised({ until: '2026-01-08T00:03:29.000Z', policy }),
        conversationReopened({ endIds: ids.slice(0, 100), cause: 'risk', policy }),
        conversationReopened({ endIds: ids.slice(100, 200), cause: 'risk', policy }),
        conversationReopened({ endIds: ids.slice(200), cause: 'risk', policy }),
      );
  });
});

it('refuses again what ended after the risk', () => {
  given(...ended, riskReported(), climb(4, { from: 11, under: null, later: 'P8D' }), harmful('u15'))
    .when(unassessed('u16'))
    .thenIn(({ ids }) => [
      messageRefused({
        endId: 'u15',
        endedAt: '2026-03-06T00:00:11.000Z',
        decisionId: ids('ConversationEnded').at(-1)!,
      }),
    ]);
});
