import { setTimeout as pause } from 'node:timers/promises';
import type { Topic } from '@offramp/events';
import { type GroupListener, LogError, type Membership } from '../event-log.js';
import type { KafkaLogger } from './client.js';
import { toLogError } from './failure.js';
import { type GroupMember, type Heartbeat } from './group-member.js';

const RETRY_MS = 500;

export interface MembershipOptions {
  readonly member: GroupMember;
  readonly listener: GroupListener;
  readonly heartbeatMs: number;
  readonly logger: KafkaLogger | undefined;
  /** With its prefix. */
  readonly topicName: (topic: Topic) => string;
}

/**
 * Keeps a member in its group. Work on a partition goes on while the group is in motion; only what this member has lost is
 * given up, and the heartbeats go on while it waits for that. The broker hears of this process by a timer of its own, so a
 * long batch costs nobody its partitions.
 */
export class GroupMembership implements Membership {
  private readonly leaving = new AbortController();
  private readonly owned = new Set<number>();
  private readonly running: Promise<void>;
  private left: Promise<void> | undefined;
  private hasLeft = false;

  constructor(private readonly options: MembershipOptions) {
    this.running = this.run();
  }

  leave(): Promise<void> {
    return (this.left ??= this.leaveNow());
  }

  async position(topic: Topic, partition: number): Promise<number | undefined> {
    const { member, topicName } = this.options;
    this.checkMember();
    try {
      return await member.position({ topic: topicName(topic), partition });
    } catch (cause) {
      throw toLogError(`where the group is in ${topic} ${partition} is unknown`, cause);
    }
  }

  async keepPosition(topic: Topic, partition: number, next: number): Promise<void> {
    const { member, topicName } = this.options;
    this.checkMember();
    try {
      await member.keepPosition({ topic: topicName(topic), partition }, next);
    } catch (cause) {
      throw toLogError(`that the group is at ${next} of ${topic} ${partition} could not be kept`, cause);
    }
  }

  /** One that has left would connect to the coordinator once more, and nobody would close that. */
  private checkMember(): void {
    if (this.hasLeft) throw new LogError('the group was left', true);
  }

  private async leaveNow(): Promise<void> {
    this.leaving.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { member, logger } = this.options;
    while (!this.leaving.signal.aborted) {
      try {
        await this.takePart();
      } catch (error) {
        // The coordinator has moved or is gone. The partitions stay: the session may well outlive it, and if not, the next
        // owner and this one write the same bytes.
        logger?.debug({ err: error }, 'the coordinator of the group does not answer');
        await member.reset();
        await pause(RETRY_MS, undefined, { signal: this.leaving.signal }).catch(() => undefined);
      }
    }
    await this.whileHeartbeating(() => this.giveUp([...this.owned]));
    this.hasLeft = true;
    await member.leave().catch(() => undefined);
    await member.reset();
  }

  /** One round: join, adjust, and heartbeat until the group is in motion again. */
  private async takePart(): Promise<void> {
    const { member, listener } = this.options;
    let given: readonly number[];
    try {
      given = (await member.join([...this.owned])).partitions;
    } catch (error) {
      await this.heed(member.interpret(error));
      return;
    }
    if (this.leaving.signal.aborted) return;
    const lost = [...this.owned].filter((partition) => !given.includes(partition));
    for (const partition of given) {
      if (this.owned.has(partition)) continue;
      this.owned.add(partition);
      listener.assigned(partition);
    }
    // Joining again at once tells the others that the lost ones are free.
    if (lost.length > 0) await this.heed(await this.whileHeartbeating(() => this.giveUp(lost)));
    else await this.heed(await this.heartbeatUntil(this.leaving.signal));
  }

  private async heed(heartbeat: Heartbeat): Promise<void> {
    // Others may have all of them by now.
    if (heartbeat === 'lost') await this.giveUp([...this.owned]);
  }

  private async giveUp(partitions: readonly number[]): Promise<void> {
    await Promise.all(
      partitions.map(async (partition) => {
        try {
          await this.options.listener.revoked(partition);
        } finally {
          this.owned.delete(partition);
        }
      }),
    );
  }

  private async whileHeartbeating(work: () => Promise<void>): Promise<Heartbeat> {
    const done = new AbortController();
    const beating = this.heartbeatUntil(done.signal, { throughMotion: true });
    try {
      await work();
    } finally {
      done.abort();
    }
    return beating;
  }

  /** Resolves when the group is in motion, or when told to. */
  private async heartbeatUntil(stop: AbortSignal, { throughMotion = false } = {}): Promise<Heartbeat> {
    const { member, heartbeatMs } = this.options;
    let last: Heartbeat = 'fine';
    while (!stop.aborted && last !== 'lost' && (throughMotion || last === 'fine')) {
      await pause(heartbeatMs, undefined, { signal: stop }).catch(() => undefined);
      if (!stop.aborted) last = await member.heartbeat();
    }
    return last;
  }
}
