import {
  DECISION_TYPES,
  type DecisionEvent,
  type DecisionName,
  type InboundEvent,
  decisionsCodec,
} from '@offramp/events';
import { type DecisionDraft, type Step, decisionAt, pastOf } from '@offramp/ladder/testing';
import { type DecidedHistory, decide, numbered } from './decided-history.js';

/* Honest histories, and what a broken system would have made of them. Each returns a history of its own. */

/** What the decider says to these steps; each input is a batch of its own. */
export function told(...steps: readonly (Step | readonly Step[])[]): DecidedHistory {
  const events: InboundEvent[] = [];
  for (const step of steps.flat()) events.push(step(pastOf(events, decisionsIn(decide(events)))));
  return decide(events, { batch: 1 });
}

function decisionsIn({ decisions }: DecidedHistory): DecisionEvent[] {
  return decisions.flatMap(({ value }) => {
    const decoded = decisionsCodec.decode(Buffer.from(value));
    return decoded.kind === 'event' && decoded.event.type !== DECISION_TYPES.Progress ? [decoded.event] : [];
  });
}

/** Changes the data of an input; what was decided stays. */
export function withInput(history: DecidedHistory, offset: number, change: (data: object) => object): DecidedHistory {
  const inbound = history.inbound.map((record) => {
    if (record.offset !== offset) return record;
    const event = JSON.parse(record.value) as InboundEvent;
    return { ...record, value: JSON.stringify({ ...event, data: { ...event.data, ...change(event.data) } }) };
  });
  return { ...history, inbound };
}

export function withoutInput(history: DecidedHistory, offset: number): DecidedHistory {
  return { ...history, inbound: history.inbound.filter((record) => record.offset !== offset) };
}

/** What stands on decisions.v1, as events. */
export type Said = { id: string; type: string; time: string; subject: string; data: Record<string, unknown> };

/** Rewrites decisions.v1: a list of decisions in, another one out. */
export function withSaid(history: DecidedHistory, rewrite: (said: Said[]) => readonly Said[]): DecidedHistory {
  const said = rewrite(history.decisions.map(({ value }) => JSON.parse(value) as Said));
  return { ...history, decisions: numbered(said.map((each) => JSON.stringify(each))) };
}

export function is(name: DecisionName, at?: number): (said: Said) => boolean {
  return ({ type, data }) => type === DECISION_TYPES[name] && (at === undefined || data['position'] === `0:${at}`);
}

export function without(history: DecidedHistory, name: DecisionName, at?: number): DecidedHistory {
  return withSaid(history, (said) => said.filter((each) => !is(name, at)(each)));
}

/** Says something more of an input, right before its Progress, with the id and the index that it would have. */
export function withMore(history: DecidedHistory, at: number, draft: DecisionDraft): DecidedHistory {
  const event = JSON.parse(history.inbound[at]!.value) as InboundEvent;
  return withSaid(history, (said) => {
    const index = said.filter((each) => !is('Progress')(each) && each.data['position'] === `0:${at}`).length;
    const more = decisionAt({ partition: 0, offset: at, event }, index, draft);
    const bytes = JSON.parse(decisionsCodec.encode(more).toString()) as Said;
    return said.flatMap((each) => (is('Progress', at)(each) ? [bytes, each] : [each]));
  });
}
