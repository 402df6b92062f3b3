import {
  DECISION_TYPES,
  type Decision,
  type DecisionEvent,
  type DecisionId,
  type DecisionName,
  type InboundEvent,
  type LadderView,
  decisionId,
  position,
} from '@offramp/events';
import type { Fact, FactKind, FactValues, Facts } from './facts.js';
import { threadScope } from './facts.js';
import { type Ladder, viewOf } from './ladder.js';
import type { ActivePolicy, Policies } from './policies.js';
import type { Policy } from './policy.js';

/** What one input of the partition is handled with. */
export interface Scene {
  readonly partition: number;
  readonly facts: Facts;
  readonly policies: Policies;
  /** The offset of the input. */
  readonly at: number;
  /** Partition time in ms since 1970: the greatest `time` up to and including this input. */
  readonly now: number;
}

/** `data` of a decision without what every decision begins with. */
type Said<Name extends DecisionName> = Omit<Decision<Name>['data'], 'position' | 'index'>;

/** One input being handled: what it may read, and what it says and writes. */
export interface Turn {
  /** The `time` of the input, RFC 3339. */
  readonly time: string;
  readonly scope: string;
  readonly now: number;
  readonly at: number;
  readonly partition: number;
  readonly newest: ActivePolicy;
  readonly decisions: DecisionEvent[];
  readonly written: Fact[];
  /** The fact as of this position, expired or not. */
  read<Kind extends FactKind>(kind: Kind, name?: string): Fact<Kind> | undefined;
  readAll<Kind extends FactKind>(kind: Kind, name?: string): readonly Fact<Kind>[];
  /** The fact as of this position where it has not expired. */
  readLive<Kind extends FactKind>(kind: Kind, name?: string): Fact<Kind> | undefined;
  write<Kind extends FactKind>(kind: Kind, name: string, value: FactValues[Kind], until?: number): void;
  say<Name extends DecisionName>(name: Name, data: Said<Name>): DecisionId;
  policyOf(line: Ladder | null): ActivePolicy;
  viewOf(ladder: Ladder | null, policy: Policy): LadderView;
  /** Whether ends by policy or model are suspended for the tenant. */
  endingsSuspended(): boolean;
}

export function createTurn(scene: Scene, event: InboundEvent): Turn {
  const { at, now, facts, partition, policies } = scene;
  const { source, subject } = event;
  const scope = subject === '' ? source : threadScope(source, subject);
  const decisions: DecisionEvent[] = [];
  const written: Fact[] = [];
  const here = position(partition, at);

  function readLive<Kind extends FactKind>(kind: Kind, name = ''): Fact<Kind> | undefined {
    const fact = facts.before(kind, scope, name, at);
    return fact !== undefined && isLive(fact, now) ? fact : undefined;
  }

  function say<Name extends DecisionName>(name: Name, data: Said<Name>): DecisionId {
    const index = decisions.length;
    const type = DECISION_TYPES[name];
    const id = decisionId({ source, subject, position: here, eventId: event.id, type, index });
    const said = { position: here, index, ...data };
    decisions.push({
      specversion: '1.0',
      id,
      source,
      subject,
      type,
      time: event.time,
      data: said,
    } as unknown as DecisionEvent);
    return id;
  }

  return {
    scope,
    time: event.time,
    now,
    at,
    partition,
    newest: policies.newest(source, subject, at),
    decisions,
    written,
    read: (kind, name = '') => facts.before(kind, scope, name, at),
    readAll: (kind, name = '') => facts.allBefore(kind, scope, name, at),
    readLive,
    write: (kind, name, value, until) => {
      written.push({ kind, scope, name, at, value, ...(until === undefined ? {} : { until }) });
    },
    say,
    policyOf: (line) => policies.ofLine(line, source, subject, at),
    viewOf: (ladder, policy) => viewOf(ladder, policy.redirects),
    endingsSuspended: () => facts.before('endings', source, '', at)?.value.suspended === true,
  };
}

export function isLive(fact: Fact, now: number): boolean {
  return fact.until === undefined || now < fact.until;
}
