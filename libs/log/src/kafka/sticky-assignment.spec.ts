import fc from 'fast-check';
import { type Claim, assignSticky } from './sticky-assignment.js';

const PARTITIONS = 8;

/** Members come and go; each round is what the group does when one has joined, left, or joined again. */
const change = fc.record({
  join: fc.array(fc.stringMatching(/^[a-f]$/), { maxLength: 3 }),
  leave: fc.array(fc.nat(5), { maxLength: 3 }),
});

it('ends even after two rounds, gives a partition to one at a time, and moves as few as can be', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
      let owned = new Map<string, readonly number[]>();
      for (const [round, { join, leave }] of changes.entries()) {
        const members = new Map(owned);
        for (const index of leave) members.delete([...members.keys()][index] ?? '');
        for (const name of join) if (!members.has(name)) members.set(name, []);
        if (members.size === 0) members.set('z', []);
        const first = assignSticky(claimsOf(members, round), PARTITIONS);
        expectOneOwner(members, first);
        const second = assignSticky(claimsOf(first, round + 1), PARTITIONS);
        expectOneOwner(first, second);
        expectEven(second);
        // Those who stay keep what their share allows.
        for (const [member, partitions] of second) {
          const had = members.get(member) ?? [];
          const stayed = had.filter((partition) => partitions.includes(partition)).length;
          expect(stayed).toBeGreaterThanOrEqual(Math.min(had.length, Math.floor(PARTITIONS / second.size)));
        }
        owned = new Map(second);
      }
    }),
  );
});

it('changes nothing where nothing has changed', () => {
  const first = assignSticky([claim('a', [0, 1, 2, 3], 4), claim('b', [4, 5, 6, 7], 4)], PARTITIONS);
  expect(Object.fromEntries(first)).toEqual({ a: [0, 1, 2, 3], b: [4, 5, 6, 7] });
});

it('lets a new member wait for what others still have', () => {
  const shares = assignSticky([claim('a', [0, 1, 2, 3, 4, 5, 6, 7], 4), claim('b', [], -1)], PARTITIONS);
  expect(Object.fromEntries(shares)).toEqual({ a: [0, 1, 2, 3], b: [] });
});

it('believes the later of two owners', () => {
  const shares = assignSticky([claim('a', [0, 1], 3), claim('b', [1, 2], 4)], 3);
  expect(shares.get('b')).toContain(1);
  expect(shares.get('a')).not.toContain(1);
});

it('leaves members without partitions where there are too few', () => {
  const shares = assignSticky([claim('a', [], 1), claim('b', [], 1), claim('c', [], 1)], 2);
  expect([...shares.values()].map(({ length }) => length)).toEqual([1, 1, 0]);
});

function claim(memberId: string, owned: readonly number[], generation: number): Claim {
  return { memberId, owned, generation };
}

function claimsOf(owned: ReadonlyMap<string, readonly number[]>, generation: number): Claim[] {
  return [...owned].map(([memberId, partitions]) => claim(memberId, partitions, generation));
}

/** A partition is never given to one while another works on it. */
function expectOneOwner(before: ReadonlyMap<string, readonly number[]>, after: ReadonlyMap<string, readonly number[]>) {
  const given = [...after.values()].flat();
  expect(new Set(given).size).toBe(given.length);
  for (const [member, partitions] of after) {
    const others = [...before].filter(([other]) => other !== member).flatMap(([, theirs]) => theirs);
    expect(partitions.filter((partition) => others.includes(partition))).toEqual([]);
  }
}

function expectEven(shares: ReadonlyMap<string, readonly number[]>) {
  const counts = [...shares.values()].map(({ length }) => length);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(PARTITIONS);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
}
