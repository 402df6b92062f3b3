/** What a member says of itself when it joins. */
export interface Claim {
  readonly memberId: string;
  /** Partitions that it works on now. */
  readonly owned: readonly number[];
  /** The generation of the group that gave them to it. */
  readonly generation: number;
}

/**
 * Shares the partitions evenly and moves as few as can be. One that has to move is first taken from its owner and given to
 * nobody: the owner gives it up and joins again, and only that round gives it to another. So each has one owner at a time,
 * and everybody else goes on working meanwhile (KIP-429). The same claims give the same shares, whoever computes them.
 */
export function assignSticky(claims: readonly Claim[], partitions: number): ReadonlyMap<string, readonly number[]> {
  const owners = ownersOf(claims);
  const kept = new Map<string, number[]>(sorted(claims).map(({ memberId }) => [memberId, []]));
  for (const [partition, { memberId }] of owners) if (partition < partitions) kept.get(memberId)!.push(partition);
  for (const each of kept.values()) each.sort((a, b) => a - b);
  const quotas = quotasOf(kept, partitions);
  for (const [memberId, each] of kept) each.splice(quotas.get(memberId)!);
  const taken = new Set([...kept.values()].flat());
  /** With what will be theirs only in the next round. */
  const counts = new Map([...kept].map(([memberId, each]) => [memberId, each.length]));
  for (let partition = 0; partition < partitions; partition++) {
    if (taken.has(partition)) continue;
    const [target] = [...counts].find(([memberId, count]) => count < quotas.get(memberId)!)!;
    counts.set(target, counts.get(target)! + 1);
    if (!owners.has(partition)) kept.get(target)!.push(partition);
  }
  return kept;
}

/** Where two claim a partition, the one that was given it later has it. */
function ownersOf(claims: readonly Claim[]): Map<number, Claim> {
  const owners = new Map<number, Claim>();
  for (const claim of sorted(claims)) {
    for (const partition of claim.owned) {
      const other = owners.get(partition);
      if (other === undefined || claim.generation > other.generation) owners.set(partition, claim);
    }
  }
  return owners;
}

/** Those that have most already get what does not divide. */
function quotasOf(kept: ReadonlyMap<string, readonly number[]>, partitions: number): Map<string, number> {
  const even = Math.floor(partitions / kept.size);
  const byLoad = [...kept].sort(([, a], [, b]) => b.length - a.length);
  return new Map(byLoad.map(([memberId], index) => [memberId, even + (index < partitions % kept.size ? 1 : 0)]));
}

function sorted(claims: readonly Claim[]): Claim[] {
  return [...claims].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
}
