import { LogError } from '../event-log.js';
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

function listening() {
  const partitions = new Set<number>();
  return {
    partitions,
    assigned: (partition: number) => void partitions.add(partition),
    revoked: async (partition: number) => void partitions.delete(partition),
  };
}
