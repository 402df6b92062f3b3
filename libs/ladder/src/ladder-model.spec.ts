import { DECISION_TYPES, type DecisionEvent, type DecisionName } from '@offramp/events';
import fc from 'fast-check';
import { nameOf } from './testing/decided.js';
import { type History, historyArbitrary } from './testing/history/history.js';
import { RECENT_IN_TESTS, foldWhole } from './testing/history/whole.js';
import { violations } from './testing/invariants/invariants.js';
import { createOracle } from './testing/oracle/oracle.js';
import { cases, leastOf } from './testing/property.js';

/*
 * Invariants LAST-RESORT, GUARD, FINAL and FAIL-SAFE, over random histories and twice: every decision is the one that a second,
 * naive implementation of the rules expects; and what was decided breaks no invariant, seen from the decisions alone.
 */
describe('over random histories', () => {
  const met = new Map<string, number>();

  it('decides as the oracle does, and breaks no invariant', () => {
    fc.assert(
      fc.property(historyArbitrary(), (history) => {
        expectOfOracle(history.events, history.decisions, 0);
        for (const kind of history.decisions.flat().flatMap(kindsOf)) met.set(kind, (met.get(kind) ?? 0) + 1);
        const found = violations(history);
        if (found.length > 0) expect(found).toStrictEqual([]);
      }),
      cases(3300),
    );
  });

  it('decides as the oracle does on another partition, too, whose positions are others', () => {
    fc.assert(
      fc.property(historyArbitrary(), ({ events }) => expectOfOracle(events, foldWhole(events, 1).decisions, 1)),
      cases(200),
    );
  });

  /** A generator that reaches nothing proves nothing. The numbers are about half of what the committed seed meets. */
  const LEAST: Readonly<Record<Exclude<DecisionName, 'Progress'>, number>> = {
    RedirectAdvised: 9000,
    RedirectAttempted: 7500,
    WarningAdvised: 1500,
    WarningIssued: 1200,
    SupportAdvised: 1000,
    EndPermitted: 300,
    EndConfirmationAsked: 1100,
    EndWithheld: 6000,
    ConversationEnded: 1000,
    ConversationReopened: 130,
    MessageRefused: 2500,
    MessageRepeated: 500,
    GuardRaised: 600,
    GuardExtended: 35,
    GuardCleared: 30,
    LadderReset: 190,
    PolicyApplied: 1500,
    RecordQuarantined: 300,
  };

  it.each([
    ...Object.entries(LEAST),
    ...([
      ['ConversationEnded by policy', 450],
      ['ConversationEnded by model', 40],
      ['ConversationEnded by user', 550],
      ['EndWithheld for guard', 700],
      ['EndWithheld for observe', 800],
      ['EndWithheld for suspended', 80],
      ['EndWithheld for not-last-resort', 4000],
      ['ConversationReopened for risk', 90],
      ['ConversationReopened for review', 37],
      ['EndConfirmationAsked of user', 1100],
      ['EndConfirmationAsked of model', 25],
    ] as const),
  ])('met %s at least %d times', (kind, least) => {
    expect(met.get(kind) ?? 0).toBeGreaterThanOrEqual(leastOf(least));
  });
});

/** Its name, and the sort where there are several. */
function kindsOf(decision: DecisionEvent): string[] {
  const name = nameOf(decision);
  switch (decision.type) {
    case DECISION_TYPES.ConversationEnded:
      return [name, `${name} by ${decision.data.by}`];
    case DECISION_TYPES.EndWithheld:
    case DECISION_TYPES.ConversationReopened:
      return [name, `${name} for ${decision.data.cause}`];
    case DECISION_TYPES.EndConfirmationAsked:
      return [name, `${name} of ${decision.data.of}`];
    default:
      return [name];
  }
}

/** Byte for byte; the comparison that explains itself is a hundred times slower, so it comes only where they differ. */
function expectOfOracle(events: History['events'], decisions: History['decisions'], partition: number): void {
  const oracle = createOracle({ partition, recentPositions: RECENT_IN_TESTS });
  for (const [offset, event] of events.entries()) {
    const decided = decisions[offset]!;
    const expected = oracle.handle(offset, event);
    if (decided.length === 0 && expected.length === 0) continue;
    if (JSON.stringify(decided) === JSON.stringify(expected)) continue;
    expect({ offset, decided }).toStrictEqual({ offset, decided: expected });
  }
}
