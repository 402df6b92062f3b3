import { TOPICS } from '@offramp/events';
import { type EventLog, LogError, type Membership } from '../event-log.js';
import { type LogContract, PARTITIONS, withLog } from './harness.js';

export function groupContract(contract: LogContract): void {
  const harness = withLog(contract);

  it('gives the only member every partition, later than it joined, and takes them back when it leaves', async () => {
    const assigned: number[] = [];
    const revoked: number[] = [];
    let all: () => void;
    const assignedAll = new Promise<void>((resolve) => {
      all = resolve;
    });
    const membership = await harness.log.join('decider', {
      assigned(partition) {
        assigned.push(partition);
        if (assigned.length === PARTITIONS) all();
      },
      async revoked(partition) {
        revoked.push(partition);
      },
    });
    expect(assigned).toEqual([]);
    await assignedAll;
    expect(assigned.sort()).toEqual([0, 1, 2]);
    await membership.leave();
    expect(revoked.sort()).toEqual([0, 1, 2]);
  });

  it('assigns nothing to a member that has left', async () => {
    const listener = listening();
    await (await harness.log.join('decider', listener)).leave();
    await (await harness.log.join('decider', listening())).leave();
    expect(listener.partitions.size).toBe(0);
  });

  it('keeps where a group is in each partition of each topic, over a restart', async () => {
    const first = await joined(harness.log, 'ingest');
    expect(await first.position(TOPICS.raw, 0)).toBeUndefined();
    await first.keepPosition(TOPICS.raw, 0, 7);
    await first.keepPosition(TOPICS.raw, 1, 0);
    await first.keepPosition(TOPICS.raw, 0, 9);
    await first.leave();
    const again = await joined(await harness.reopen(), 'ingest');
    const other = await joined(harness.log, 'decider');
    expect(await again.position(TOPICS.raw, 0)).toBe(9);
    expect(await again.position(TOPICS.raw, 1)).toBe(0);
    expect(await again.position(TOPICS.raw, 2)).toBeUndefined();
    expect(await again.position(TOPICS.inbound, 0)).toBeUndefined();
    expect(await other.position(TOPICS.raw, 0)).toBeUndefined();
    await Promise.all([again.leave(), other.leave()]);
  });

  it('takes the word of a member until it has given its partitions up, and not after', async () => {
    const membership: Membership = await joined(harness.log, 'ingest', () => membership.keepPosition(TOPICS.raw, 0, 4));
    await membership.leave();
    await expect(membership.keepPosition(TOPICS.raw, 0, 5)).rejects.toBeInstanceOf(LogError);
    const next = await joined(harness.log, 'ingest');
    expect(await next.position(TOPICS.raw, 0)).toBe(4);
    await next.leave();
  });

  if (!contract.features.oneMember) return;

  it('refuses a second member of the same group until the first has left', async () => {
    const first = await harness.log.join('decider', listening());
    await expect(harness.log.join('decider', listening())).rejects.toBeInstanceOf(LogError);
    const other = await harness.log.join('projector', listening());
    await first.leave();
    const second = await harness.log.join('decider', listening());
    await Promise.all([second.leave(), other.leave()]);
  });
}

/** A member that has all partitions. */
async function joined(log: EventLog, group: string, onRevoked?: () => Promise<void>): Promise<Membership> {
  let membership: Promise<Membership> | undefined;
  const assigned = new Set<number>();
  await new Promise<void>((resolve) => {
    membership = log.join(group, {
      assigned(partition) {
        if (assigned.add(partition).size === PARTITIONS) resolve();
      },
      async revoked(partition) {
        if (partition === 0) await onRevoked?.();
      },
    });
  });
  return membership!;
}

function listening() {
  const partitions = new Set<number>();
  return {
    partitions,
    assigned: (partition: number) => void partitions.add(partition),
    revoked: async (partition: number) => void partitions.delete(partition),
  };
}
