import { DECISION_TYPES, type DecisionEvent, parsePosition } from '@offramp/events';

/** What was decided about one message. */
export interface Outcome {
  /** False: not known in time. In doubt, continue. */
  readonly decided: boolean;
  /** In the order of their index; empty where nothing was said, which means continue. */
  readonly decisions: readonly DecisionEvent[];
  /** How far decisions of this partition were read, as an input offset; undefined: not at all yet. */
  readonly readThrough: number | undefined;
}

interface Waiter {
  readonly offset: number;
  readonly decisions: Map<number, DecisionEvent>;
  readonly resolve: (outcome: Outcome) => void;
}

/**
 * The decisions of one partition as they are read, and who waits for them. A decision may be read before the one who wrote the
 * message has heard its offset; so from the moment a message is about to be written, decisions are kept.
 */
export class PartitionVerdicts {
  private readonly waiters = new Set<Waiter>();
  /** Messages that are being written: their offset is not known yet. */
  private unplaced = 0;
  private kept: DecisionEvent[] = [];
  /** The input offset up to which everything is decided and read. */
  readThrough: number | undefined;
  /** Whether decisions are read at all; what was decided before that is never seen here. */
  isReading = false;

  /** Call before the message is written, and exactly one of the two afterwards. */
  expect(): { at(offset: number): Waiting; cancel(): void } {
    const isCovered = this.isReading;
    this.unplaced++;
    const placed = (): void => {
      if (--this.unplaced === 0) this.kept = [];
    };
    return {
      at: (offset) => {
        const waiting = isCovered ? this.waitFor(offset) : this.uncovered();
        placed();
        return waiting;
      },
      cancel: placed,
    };
  }

  /** False: a repeat, of an input whose decisions were all read before. */
  take(decision: DecisionEvent): boolean {
    const { offset } = parsePosition(decision.data.position);
    const isNew = this.readThrough === undefined || offset > this.readThrough;
    if (decision.type === DECISION_TYPES.Progress) {
      this.progress(offset);
      return isNew;
    }
    if (this.unplaced > 0) this.kept.push(decision);
    for (const waiter of this.waiters) if (waiter.offset === offset) add(waiter, decision);
    return isNew;
  }

  /** Nobody waits any longer. */
  release(): void {
    for (const waiter of this.waiters) this.settle(waiter, false);
  }

  private progress(offset: number): void {
    this.readThrough = Math.max(this.readThrough ?? -1, offset);
    for (const waiter of this.waiters) if (waiter.offset <= this.readThrough) this.settle(waiter, true);
  }

  private waitFor(offset: number): Waiting {
    let settle: (outcome: Outcome) => void = () => undefined;
    const outcome = new Promise<Outcome>((resolve) => {
      settle = resolve;
    });
    const waiter: Waiter = { offset, decisions: new Map(), resolve: settle };
    this.waiters.add(waiter);
    for (const decision of this.kept)
      if (parsePosition(decision.data.position).offset === offset) add(waiter, decision);
    if (this.readThrough !== undefined && offset <= this.readThrough) this.settle(waiter, true);
    return { outcome, giveUp: () => this.settle(waiter, false) };
  }

  private uncovered(): Waiting {
    const outcome: Outcome = { decided: false, decisions: [], readThrough: this.readThrough };
    return { outcome: Promise.resolve(outcome), giveUp: () => undefined };
  }

  private settle(waiter: Waiter, decided: boolean): void {
    if (!this.waiters.delete(waiter)) return;
    const decisions = decided ? [...waiter.decisions].sort(([a], [b]) => a - b).map(([, decision]) => decision) : [];
    waiter.resolve({ decided, decisions, readThrough: this.readThrough });
  }
}

export interface Waiting {
  readonly outcome: Promise<Outcome>;
  /** Settles the outcome as not decided, where it is not settled yet. */
  giveUp(): void;
}

/** A record may be read twice; its index says whether it is the same one. */
function add(waiter: Waiter, decision: DecisionEvent): void {
  if ('index' in decision.data) waiter.decisions.set(decision.data.index, decision);
}
