import { type GroupListener, LogError, type Membership } from '../event-log.js';

/** Groups in one process have one member, and it gets all partitions. */
export class Groups {
  private readonly taken = new Set<string>();

  constructor(private readonly partitions: number) {}

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
    return { leave: () => (left ??= leave()) };
  }
}
