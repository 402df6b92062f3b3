import { type DecisionEvent, type InboundEvent, INBOUND_TYPES } from '@offramp/events';
import fc from 'fast-check';
import { assert } from '../assert.js';
import { type PartitionFold, createPartitionFold } from '../partition-fold.js';
import { createRecentIds } from '../recent-ids.js';
import { type FactStore, createFactStore } from './fact-store.js';
import { RECENT_IN_TESTS } from './history/whole.js';

/*
 * Invariant FOLD. Several owners of one partition, who handle the same log and write into the same store: one after the
 * other, over each other, from any progress that was ever recorded, and with any part of a batch written when they die.
 */

/** What an owner does next. */
export interface Move {
  readonly owner: number;
  readonly kind: 'commit' | 'die' | 'restart' | 'sweep';
  /** How many inputs it handles before it does that. */
  readonly inputs: number;
  /** `die`: how many of the facts were written by then. `restart`, `die`: which progress the next one goes on from. */
  readonly pick: number;
}

export interface Progress {
  /** The next offset. */
  readonly next: number;
  readonly time: number | undefined;
}

interface Owner {
  fold: PartitionFold;
  next: number;
  /** What a later start of it may go on from, at worst. */
  from: Progress;
}

/** What an owner said of an input; it may say it often. */
export type Heard = (offset: number, decisions: readonly DecisionEvent[], time: number) => void;

const OWNERS = 3;

export function movesArbitrary(kinds: readonly Move['kind'][]): fc.Arbitrary<readonly Move[]> {
  const moveOf = (owners: number) =>
    fc.record({
      owner: fc.nat(owners - 1),
      kind: fc.constantFrom(...kinds),
      inputs: fc.integer({ min: 0, max: 12 }),
      pick: fc.nat(1000),
    });
  return fc
    .integer({ min: 1, max: OWNERS })
    .chain((owners) => fc.array(moveOf(owners), { maxLength: 16, size: 'max' }));
}

export interface Played {
  readonly store: FactStore;
  /** How many facts were deleted. */
  readonly swept: number;
}

/** Plays the moves, then lets one owner go over everything from the earliest progress that is still good. */
export function playOwners(events: readonly InboundEvent[], moves: readonly Move[], heard: Heard): Played {
  const store = createFactStore();
  const recorded: Progress[] = [{ next: 0, time: undefined }];
  const count = 1 + Math.max(0, ...moves.map(({ owner }) => owner));
  const owners = Array.from({ length: count }, () => started(events, store, recorded[0]!));
  let swept = 0;

  for (const { owner: number, kind, inputs, pick } of moves) {
    const owner = owners[number]!;
    handle(owner, events.slice(owner.next, owner.next + inputs), heard);
    switch (kind) {
      case 'commit':
        recorded.push(commit(owner, store));
        break;
      case 'die':
        for (const fact of owner.fold.unstored.slice(0, pick % (owner.fold.unstored.length + 1))) store.add(fact);
        owners[number] = started(events, store, recorded[pick % recorded.length]!);
        break;
      case 'restart':
        recorded.push(commit(owner, store));
        owners[number] = started(events, store, recorded[pick % recorded.length]!);
        break;
      case 'sweep':
        recorded.push(commit(owner, store));
        swept += sweep(owners, store, recorded);
        break;
    }
  }
  const final = started(events, store, slowest(recorded));
  handle(final, events.slice(final.next), heard);
  commit(final, store);
  return { store, swept };
}

function started(events: readonly InboundEvent[], store: FactStore, from: Progress): Owner {
  const recent = createRecentIds(RECENT_IN_TESTS);
  for (let offset = Math.max(0, from.next - RECENT_IN_TESTS); offset < from.next; offset++) {
    const event = events[offset]!;
    if (event.type === INBOUND_TYPES.MessagePosted) recent.record(event.id, offset);
  }
  const fold = createPartitionFold({ partition: 0, facts: store, time: from.time, recent });
  return { fold, next: from.next, from };
}

function handle(owner: Owner, events: readonly InboundEvent[], heard: Heard): void {
  for (const event of events) {
    const handled = owner.fold.handle(owner.next, event);
    assert(handled.kind === 'decided', 'Histories of the generator stop no partition');
    heard(owner.next, handled.decisions, owner.fold.time);
    owner.next++;
  }
}

function commit(owner: Owner, store: FactStore): Progress {
  for (const fact of owner.fold.unstored) store.add(fact);
  owner.fold.stored();
  owner.from = { next: owner.next, time: owner.next === 0 ? undefined : owner.fold.time };
  return owner.from;
}

/** Nothing that anybody may still read as alive: by the time, and below the offset, of the slowest owner. */
function sweep(owners: readonly Owner[], store: FactStore, recorded: Progress[]): number {
  const { next, time } = slowest(owners.map(({ from }) => from));
  const swept = store.sweep(time ?? 0, next);
  const stillGood = recorded.filter((progress) => progress.next >= next);
  recorded.splice(0, recorded.length, ...stillGood);
  return swept;
}

function slowest(all: readonly Progress[]): Progress {
  return all.reduce((least, each) => (each.next < least.next ? each : least));
}
