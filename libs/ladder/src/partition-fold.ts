import {
  DECISION_TYPES,
  type Decision,
  type DecisionEvent,
  type InboundEvent,
  INBOUND_TYPES,
  SOURCE_OF_PARTITION,
  decisionId,
  position,
} from '@offramp/events';
import type { Fact, Facts } from './facts.js';
import { fold } from './fold.js';
import { createMemoryFacts, overlay } from './memory-facts.js';
import { createPolicies } from './policies.js';
import type { RecentIds } from './recent-ids.js';
import { createPartitionTime } from './time.js';

/** How one input ended. `stopped`: this program must not go past it; it names the reason. */
export type Handled =
  | { readonly kind: 'decided'; readonly decisions: readonly DecisionEvent[] }
  | { readonly kind: 'stopped'; readonly reason: string };

export interface PartitionFoldOptions {
  readonly partition: number;
  /** What is stored; may already hold facts of later positions. */
  readonly facts: Facts;
  /** Partition time (ms since 1970) as of the progress that this goes on from; absent at the very beginning. */
  readonly time?: number | undefined;
  readonly recent: RecentIds;
}

/**
 * The fold of one partition over a batch: facts of the batch are visible to its later inputs at once, and are handed out
 * to be stored. The same inputs at the same positions give the same decisions and facts, byte for byte.
 */
export interface PartitionFold {
  handle(offset: number, event: InboundEvent): Handled;
  /** Bytes that no version can decode: said by position and cause, never skipped silently. */
  quarantine(offset: number, cause: string): Handled;
  /** The record that ends a batch: everything up to this offset is decided. */
  progress(offset: number): Decision<'Progress'>;
  /** Partition time, ms since 1970. */
  readonly time: number;
  /** The facts since the last `stored`. They stay visible until they are stored. */
  readonly unstored: readonly Fact[];
  /** The unstored facts are in the store now. */
  stored(): void;
}

const NOTHING: Handled = { kind: 'decided', decisions: [] };

export function createPartitionFold(options: PartitionFoldOptions): PartitionFold {
  const { partition, recent } = options;
  const written = createMemoryFacts();
  const facts = overlay(written, options.facts);
  const policies = createPolicies(facts);
  const clock = createPartitionTime(options.time ?? 0);
  let unstored: Fact[] = [];

  const scene = {
    partition,
    facts,
    policies,
    at: 0,
    get now() {
      return clock.ms;
    },
  };

  function handle(offset: number, event: InboundEvent): Handled {
    clock.move(event.time);
    scene.at = offset;
    const folded = fold(scene, event, recent);
    if (event.type === INBOUND_TYPES.MessagePosted) recent.record(event.id, offset);
    if (folded.kind === 'stopped') return folded;
    if (folded.kind === 'invalid') return quarantine(offset, folded.cause);
    if (folded.decisions.length === 0 && folded.facts.length === 0) return NOTHING;
    for (const fact of folded.facts) {
      written.add(fact);
      unstored.push(fact);
    }
    return { kind: 'decided', decisions: folded.decisions };
  }

  function quarantine(offset: number, cause: string): Handled {
    const data = { position: position(partition, offset), index: 0, cause };
    return { kind: 'decided', decisions: [ofPartition('RecordQuarantined', data) as DecisionEvent] };
  }

  function ofPartition<Name extends 'RecordQuarantined' | 'Progress'>(name: Name, data: Decision<Name>['data']) {
    const type = DECISION_TYPES[name];
    const source = SOURCE_OF_PARTITION;
    const id = decisionId({ source, subject: '', position: data.position, eventId: '', type, index: 0 });
    return { specversion: '1.0', id, source, subject: '', type, time: clock.text, data } as unknown as Decision<Name>;
  }

  return {
    handle,
    quarantine,
    progress: (offset) => ofPartition('Progress', { position: position(partition, offset), time: clock.text }),
    get time() {
      return clock.ms;
    },
    get unstored() {
      return unstored;
    },
    stored() {
      written.clear();
      unstored = [];
    },
  };
}
