import fc from 'fast-check';
import { type PolicyChoice, policyArbitrary } from './policies.js';

/*
 * Random histories of one partition. A history is a list of moves, so that it shrinks by leaving moves out; a move is a turn
 * of talk or something that happens beside it. Most moves push a line towards its end, for what is rare in life is what has
 * to be tried here.
 */

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

export interface HistoryOptions {
  /** Every message names its parent. */
  readonly treesOnly?: boolean;
  /** Hours and weeks pass more often, so that much is forgotten. */
  readonly isSlow?: boolean;
  /** How often feedback is given, which moves nothing; the others have 1 to 6. Default 1. */
  readonly feedback?: number;
}

export interface Talk {
  readonly kind: 'climb' | 'insist' | 'leave' | 'user' | 'turn' | 'assistant' | 'other';
  readonly harm: Readonly<Record<string, number>>;
  readonly risk: Readonly<Record<string, number>>;
  readonly evidence: 'complete' | 'no-risk' | 'unavailable' | 'none';
  readonly intent: 'none' | 'end' | 'confirm-end' | 'assessed-end' | 'assessed-confirm-end';
  /** 'latest': by its id, but in the thread where no message names its parent. */
  readonly parent: 'latest' | 'latest-named' | 'absent' | 'older' | 'null' | 'unknown' | 'self';
  readonly id: 'new' | 'used';
  readonly seen: 'all' | 'none' | 'older' | 'elsewhere';
  readonly signal: 'none' | 'redirected' | 'warned' | 'proposes' | 'warned-proposes';
  readonly pick: number;
}

export interface Beside {
  readonly kind: 'risk' | 'cleared' | 'review' | 'policy' | 'endings' | 'feedback' | 'erased' | 'again';
  readonly policy: PolicyChoice;
  readonly isLoud: boolean;
  readonly pick: number;
}

export interface When {
  readonly where: number;
  /** Since the event before, ms. */
  readonly after: number;
}

export type Move = (Talk | Beside) & When;

const pick = fc.nat(1000);

function weighted<Value>(...choices: readonly (readonly [number, Value])[]): fc.Arbitrary<Value> {
  const total = choices.reduce((sum, [weight]) => sum + weight, 0);
  return fc.nat(total - 1).map((drawn) => {
    let rest = drawn;
    for (const [weight, value] of choices) {
      if (rest < weight) return value;
      rest -= weight;
    }
    return choices[0]![1];
  });
}

const when = ({ isSlow }: HistoryOptions): { where: fc.Arbitrary<number>; after: fc.Arbitrary<number> } => ({
  where: weighted([14, 0], [5, 1], [2, 2], [1, 3]),
  after: weighted(
    [isSlow ? 40 : 170, SECOND],
    [6, 20 * 60 * SECOND],
    [3, 3 * HOUR],
    [2, 8 * DAY],
    [isSlow ? 4 : 1, 31 * DAY],
    [4, -HOUR],
  ),
});

const talk = (options: HistoryOptions): fc.Arbitrary<Move> =>
  fc.record({
    kind: weighted<Talk['kind']>(
      [24, 'turn'],
      [7, 'climb'],
      [5, 'insist'],
      [2, 'leave'],
      [7, 'user'],
      [6, 'assistant'],
      [2, 'other'],
    ),
    harm: weighted<Talk['harm']>(
      [44, { abuse: 0.95 }],
      [20, { abuse: 0.1 }],
      [6, { abuse: 0.8, hate: 0.8 }],
      [10, { hate: 0.99, abuse: 0.85 }],
      [4, { abuse: 0.7999 }],
      [3, { unheard: 1 }],
      [3, {}],
    ),
    risk: weighted<Talk['risk']>(
      [90, {}],
      [2, { 'self-harm': 0.2999 }],
      [1, { 'violence-intent': 0.3 }],
      [1, { 'self-harm': 0.6, 'mental-health-crisis': 0.6 }],
      [1, { unheard: 1 }],
    ),
    evidence: weighted<Talk['evidence']>([30, 'complete'], [1, 'no-risk'], [1, 'unavailable'], [1, 'none']),
    intent: weighted<Talk['intent']>(
      [40, 'none'],
      [2, 'end'],
      [2, 'confirm-end'],
      [1, 'assessed-end'],
      [1, 'assessed-confirm-end'],
    ),
    parent: options.treesOnly
      ? weighted<Talk['parent']>([30, 'latest-named'], [6, 'older'], [1, 'null'], [1, 'unknown'])
      : weighted<Talk['parent']>([40, 'latest'], [5, 'older'], [3, 'absent'], [1, 'null'], [1, 'unknown'], [1, 'self']),
    id: weighted<Talk['id']>([25, 'new'], [1, 'used']),
    seen: weighted<Talk['seen']>([20, 'all'], [2, 'none'], [2, 'older'], [1, 'elsewhere']),
    signal: weighted<Talk['signal']>(
      [9, 'none'],
      [4, 'redirected'],
      [2, 'warned'],
      [2, 'proposes'],
      [1, 'warned-proposes'],
    ),
    pick,
    ...when(options),
  });

const beside = ({ feedback = 1, ...options }: HistoryOptions): fc.Arbitrary<Move> =>
  fc.record({
    kind: weighted<Beside['kind']>(
      [5, 'risk'],
      [6, 'cleared'],
      [6, 'review'],
      [3, 'policy'],
      [3, 'endings'],
      [feedback, 'feedback'],
      [1, 'erased'],
      [4, 'again'],
    ),
    policy: policyArbitrary,
    isLoud: fc.boolean(),
    pick,
    ...when(options),
  });

/** Policies first in most histories: the built-in one takes five turns to an end. */
const opening = fc.record({
  kind: fc.constant('policy' as const),
  policy: policyArbitrary,
  isLoud: fc.constant(true),
  pick,
  where: weighted([3, 0], [1, 3]),
  after: fc.constant(SECOND),
});

const MOVES_MAX = 22;

export function movesArbitrary(options: HistoryOptions = {}): fc.Arbitrary<readonly Move[]> {
  const move = fc.oneof({ weight: 9, arbitrary: talk(options) }, { weight: 1, arbitrary: beside(options) });
  const moves = fc.array(move, { minLength: 4, maxLength: MOVES_MAX, size: 'max' });
  return fc.tuple(fc.array(opening, { maxLength: 2 }), moves).map(([first, rest]) => [...first, ...rest]);
}
