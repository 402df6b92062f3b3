import { AssignerProtocol } from './kafkajs.js';
import { LogError } from '../event-log.js';
import type { KafkaClient } from './client.js';
import { typesOf } from './failure.js';
import type { Broker, Cluster } from './internals.js';
import type { PartitionOfTopic } from './partition-offsets.js';
import { type Claim, assignSticky } from './sticky-assignment.js';

/*
 * The protocol of a consumer group (KIP-62), for its assignment, and for the offsets that a group may keep with its
 * coordinator: nothing is read by it. kafkajs's own consumer can't be used for that, because it heartbeats between batches
 * that it has read itself.
 */

export interface GroupOptions {
  /** With its prefix. */
  readonly groupId: string;
  /** Stands for the partitions that are shared; with its prefix. */
  readonly topic: string;
  readonly partitions: number;
  readonly sessionMs: number;
  readonly heartbeatMs: number;
}

/** How long the group waits for a member that has to join again. Each does so at its next heartbeat. */
const REBALANCE_MS = 60_000;
const PROTOCOL = 'offramp-sticky-1';

export interface Generation {
  readonly id: number;
  readonly partitions: readonly number[];
}

/** `rejoin`: the group is in motion. `lost`: the group knows this member no more; another may have its partitions. */
export type Heartbeat = 'fine' | 'rejoin' | 'lost';

/** One member's conversation with the coordinator of its group, one request at a time. */
export class GroupMember {
  private cluster: Cluster | undefined;
  private coordinator: Broker | undefined;
  private memberId = '';
  private generation = -1;

  constructor(
    private readonly client: KafkaClient,
    private readonly options: GroupOptions,
  ) {}

  /** Joins, or joins again, and resolves with what this member may work on. `owned`: what it works on now. */
  async join(owned: readonly number[]): Promise<Generation> {
    const { groupId, sessionMs } = this.options;
    const coordinator = await this.findCoordinator();
    const joined = await coordinator.joinGroup({
      groupId,
      sessionTimeout: sessionMs,
      rebalanceTimeout: REBALANCE_MS,
      memberId: this.memberId,
      groupProtocols: [{ name: PROTOCOL, metadata: this.claim(owned) }],
    });
    this.memberId = joined.memberId;
    this.generation = joined.generationId;
    const isLeader = joined.leaderId === joined.memberId;
    const { memberAssignment } = await coordinator.syncGroup({
      groupId,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupAssignment: isLeader ? this.share(joined.members) : [],
    });
    const assignment = AssignerProtocol.MemberAssignment.decode(memberAssignment);
    return { id: this.generation, partitions: assignment?.assignment[this.options.topic] ?? [] };
  }

  async heartbeat(): Promise<Heartbeat> {
    try {
      const coordinator = await this.findCoordinator();
      const { groupId } = this.options;
      await coordinator.heartbeat({ groupId, groupGenerationId: this.generation, memberId: this.memberId });
      return 'fine';
    } catch (error) {
      return this.interpret(error);
    }
  }

  /** What an error of the group says about this member. Throws what says nothing about it. */
  interpret(error: unknown): Heartbeat {
    const types = typesOf(error);
    if (types.some((type) => type === 'REBALANCE_IN_PROGRESS' || type === 'ILLEGAL_GENERATION')) return 'rejoin';
    if (types.some((type) => type === 'UNKNOWN_MEMBER_ID' || type === 'FENCED_INSTANCE_ID')) {
      this.memberId = '';
      this.generation = -1;
      return 'lost';
    }
    throw error;
  }

  /** The offset that the group has kept; undefined where there is none. `topic` with its prefix. */
  async position({ topic, partition }: PartitionOfTopic): Promise<number | undefined> {
    const coordinator = await this.findCoordinator();
    const { groupId } = this.options;
    const { responses } = await coordinator.offsetFetch({ groupId, topics: [{ topic, partitions: [{ partition }] }] });
    const offset = Number(responses[0]?.partitions[0]?.offset ?? -1);
    return offset < 0 ? undefined : offset;
  }

  /** As a member of this generation, so that the coordinator refuses one whose partitions others may have by now. */
  async keepPosition({ topic, partition }: PartitionOfTopic, next: number): Promise<void> {
    const coordinator = await this.findCoordinator();
    await coordinator.offsetCommit({
      groupId: this.options.groupId,
      groupGenerationId: this.generation,
      memberId: this.memberId,
      topics: [{ topic, partitions: [{ partition, offset: String(next) }] }],
    });
  }

  async leave(): Promise<void> {
    if (this.memberId === '') return;
    const coordinator = await this.findCoordinator();
    await coordinator.leaveGroup({ groupId: this.options.groupId, memberId: this.memberId });
    this.memberId = '';
  }

  /** The next request begins with new connections and looks for the coordinator. */
  async reset(): Promise<void> {
    const { cluster } = this;
    this.cluster = this.coordinator = undefined;
    await cluster?.disconnect().catch(() => undefined);
  }

  private async findCoordinator(): Promise<Broker> {
    if (this.coordinator !== undefined) return this.coordinator;
    this.cluster ??= this.client.createCluster();
    await this.cluster.connect();
    await this.cluster.addTargetTopic(this.options.topic);
    this.coordinator = await this.cluster.findGroupCoordinator({ groupId: this.options.groupId });
    return this.coordinator;
  }

  private claim(owned: readonly number[]): Buffer {
    const userData = Buffer.from(JSON.stringify({ owned, generation: this.generation }));
    return AssignerProtocol.MemberMetadata.encode({ version: 0, topics: [this.options.topic], userData });
  }

  private share(members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[]) {
    const { topic, partitions } = this.options;
    const shares = assignSticky(members.map(claimOf), partitions);
    return [...shares].map(([memberId, own]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: 0,
        assignment: { [topic]: [...own] },
        userData: Buffer.alloc(0),
      }),
    }));
  }
}

function claimOf(member: { readonly memberId: string; readonly memberMetadata: Buffer }): Claim {
  const decoded = AssignerProtocol.MemberMetadata.decode(member.memberMetadata);
  if (decoded === null) throw new LogError(`member ${member.memberId} says nothing of itself`, false);
  const { owned, generation } = JSON.parse(decoded.userData.toString()) as Omit<Claim, 'memberId'>;
  return { memberId: member.memberId, owned, generation };
}
