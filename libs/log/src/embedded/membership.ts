import type { Topic } from '@offramp/events';
import { type GroupListener, LogError, type Membership } from '../event-log.js';

/** What groups keep beyond the process. */
export interface GroupPositions {
  get(name: string): number | undefined;
  put(name: string, next: number): Promise<void>;
}

/** Groups in one process have one member, and it gets all partitions. */
export class Groups {
  private readonly taken = new Set<string>();

  constructor(
    private readonly partitions: number,
    private readonly positions: GroupPositions,
  ) {}

  /** Assigns on a later turn of the event loop, as a broker would: the caller has its membership by then. */
  join(group: string, listener: GroupListener): Membership {
    if (this.taken.has(group))
      throw new LogError(`group ${group} has a member already; embedded, it can only have one`, false);
    this.taken.add(group);
    let assigned: number[] = [];
    let left: Promise<void> | undefined;
    setImmediate(() => {
      for (let partition = 0; partition < this.partitions; partition++) {
        // It may leave before the first of them, or in the middle.
        if (left !== undefined) return;
        assigned.push(partition);
        listener.assigned(partition);
      }
    });
    const leave = async (): Promise<void> => {
      try {
        await Promise.all(assigned.map((partition) => listener.revoked(partition)));
      } finally {
        assigned = [];
        this.taken.delete(group);
      }
    };
    return {
      position: async (topic, partition) => this.positions.get(positionName(group, topic, partition)),
      keepPosition: async (topic, partition, next) => {
        if (left !== undefined && !assigned.includes(partition)) throw new LogError(`group ${group} was left`, true);
        await this.positions.put(positionName(group, topic, partition), next);
      },
      leave: () => (left ??= leave()),
    };
  }
}

function positionName(group: string, topic: Topic, partition: number): string {
  return `position/${group}/${topic}/${partition}`;
}
