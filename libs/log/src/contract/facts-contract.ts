import { type Fact, type FactKind, createMemoryFacts } from '@offramp/ladder';
import fc from 'fast-check';
import type { PartitionState } from '../event-log.js';
import type { LogContract, LogHarness } from './harness.js';

/*
 * The facts of a state, compared with the plainest thing that could be right: a list of all facts ever written, and a
 * sweep that walks it. Scopes and names are chosen to be mistaken for each other.
 */

const KINDS = ['guard', 'latest', 'reopened'] as const satisfies readonly FactKind[];
const SCOPES = [
  ...['acme', 'acme/t', 'acme/t1', 'acme/1t', 'acme/\u00ff', 'acme/größe', 'a'],
  ...[`acme/${'🜂'.repeat(128)}`, `acme/${'🜂'.repeat(127)}🜃`, 'x'.repeat(250), 'x'.repeat(251), 'x'.repeat(252)],
];
const NAMES = ['', 'm', 'm1', '1m', '\u0001', 'n'.repeat(2048), `${'n'.repeat(2047)}m`, '🜂'.repeat(128)];
const AT_MAX = 60;
const TIME_MAX = 100;

interface Subject {
  readonly kind: (typeof KINDS)[number];
  readonly scope: string;
  readonly name: string;
}

/** Most runs use few subjects, so that they get many versions. */
const subject: fc.Arbitrary<Subject> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Subject>(...few()) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom(...KINDS),
      scope: fc.constantFrom(...SCOPES),
      name: fc.constantFrom(...NAMES),
    }),
  },
);
const position = fc.nat(AT_MAX);

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      facts: fc.array(fc.record({ subject, at: position, until: fc.option(fc.nat(TIME_MAX)) }), { maxLength: 25 }),
      offset: position,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      subjects: fc.array(subject, { maxLength: 8 }),
      at: position,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('sweep' as const), time: fc.nat(TIME_MAX), below: position }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), at: position }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

export function factsContract(contract: LogContract): void {
  it('are what was written, as of any position, through commits, sweeps and restarts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 25 }), async (steps) => {
        const harness = await contract.open({ partitions: 1 });
        try {
          await follow(harness, steps);
        } finally {
          await harness.destroy();
        }
      }),
      { numRuns: 40, examples: [[SCOPES_OF_TWO_LENGTHS]] },
    );
  });
}

async function follow(harness: LogHarness, steps: readonly Step[]): Promise<void> {
  let state = await harness.log.openState(0);
  const model = new Model();
  for (const next of steps) {
    if (next.do === 'commit') {
      const facts = next.facts.map(({ subject: of, at, until }) => model.write(of, at, until));
      const offset = Math.max(next.offset, model.progress);
      await state.commit({ decisions: [], facts, progress: { offset, time: 0 } });
      model.progress = offset;
    } else if (next.do === 'sweep') {
      expect(await state.sweep(next.time, next.below, 10_000)).toBe(model.sweep(next.time, next.below));
    } else if (next.do === 'restart') {
      await harness.reopen();
      state = await harness.log.openState(0);
      expectSame(state, model, { subjects: model.subjects(), at: next.at });
    } else {
      expectSame(state, model, next);
    }
  }
  for (let at = 0; at <= AT_MAX + 1; at++) expectSame(state, model, { subjects: few(), at });
  expectSame(state, model, { subjects: model.subjects(), at: AT_MAX + 1 });
}

interface Look {
  readonly subjects: readonly Subject[];
  readonly at: number;
}

function expectSame(state: PartitionState, model: Model, { subjects, at }: Look): void {
  const expected = createMemoryFacts();
  for (const fact of model.facts.values()) expected.add(fact);
  for (const { kind, scope, name } of subjects) {
    if (expected.knows(scope)) expect(state.facts.knows(scope)).toBe(true);
    expect(state.facts.before(kind, scope, name, at)).toEqual(expected.before(kind, scope, name, at));
    expect(state.facts.allBefore(kind, scope, name, at)).toEqual(expected.allBefore(kind, scope, name, at));
  }
}

class Model {
  readonly facts = new Map<string, Fact>();
  /** A fact is written once: whoever writes it again writes the same. */
  private readonly ever = new Map<string, Fact>();
  progress = -1;

  write({ kind, scope, name }: Subject, at: number, until: number | null): Fact {
    const id = JSON.stringify([kind, scope, name, at]);
    const value = kind === 'guard' ? { raised: at % 2 === 0 } : kind === 'latest' ? { messageId: null } : {};
    const fact = this.ever.get(id) ?? ({ kind, scope, name, at, value, ...(until === null ? {} : { until }) } as Fact);
    this.ever.set(id, fact);
    this.facts.set(id, fact);
    return fact;
  }

  sweep(time: number, below: number): number {
    const before = this.facts.size;
    for (const { kind, scope, name } of this.subjects()) {
      const versions = [...this.facts].filter(
        ([, fact]) => fact.kind === kind && fact.scope === scope && fact.name === name,
      );
      versions.sort(([, a], [, b]) => a.at - b.at);
      for (const [id, fact] of versions) {
        const goes = fact.until !== undefined && fact.until <= time && fact.at < below && fact.at <= this.progress;
        if (!goes) break;
        this.facts.delete(id);
      }
    }
    return before - this.facts.size;
  }

  subjects(): Subject[] {
    const all = [...this.ever.values()].map(({ kind, scope, name }) => [
      JSON.stringify([kind, scope, name]),
      { kind, scope, name },
    ]);
    return [...new Map(all as [string, Subject][]).values()];
  }
}

/** Once lost a restart: keys of one scope were compared with the length of another. */
const SCOPES_OF_TWO_LENGTHS: Step[] = [
  {
    do: 'commit',
    offset: 0,
    facts: [{ subject: { kind: 'guard', scope: SCOPES.at(-1)!, name: '' }, at: 0, until: null }],
  },
  { do: 'commit', offset: 0, facts: [{ subject: { kind: 'guard', scope: SCOPES[7]!, name: '' }, at: 0, until: null }] },
  { do: 'restart', at: 0 },
];

function few(): Subject[] {
  return [
    { kind: 'guard', scope: 'acme/t1', name: '' },
    { kind: 'reopened', scope: 'acme/t1', name: 'm1' },
    { kind: 'guard', scope: SCOPES[7]!, name: '' },
  ];
}
