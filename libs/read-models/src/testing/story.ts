import {
  type Step,
  activated,
  again,
  answer,
  climb,
  eventOf,
  harmful,
  message,
  policyDocument,
  proposal,
  reviewed,
  riskCleared,
  riskReported,
  risky,
} from '@offramp/ladder/testing';
import type { Entry } from '../projection/entry.js';
import { told } from './entries.js';

/*
 * One day at the tenant acme, with something of everything. Each step is a second after the one before, from midnight of
 * 2026-01-01 on.
 *
 * calm: an ordinary chat. heated: climbs, ends, is refused, gets feedback, is reopened by a review, and has an edit that goes
 * well. lost: ends, and stays ended, with a fork from before. fragile: a person at risk who abuses; the guard is extended,
 * and lowered. leaving: a user who asks to end, and confirms. other/heated: the same thread id at another tenant.
 */

export const SWIFT = policyDocument({ name: 'swift', redirects: 2 });

interface Feedback {
  readonly thread: string;
  readonly id: string;
  readonly rating: 'up' | 'down';
  readonly messageId?: string;
  /** About the latest end. */
  readonly ofEnd?: true;
  /** Default: user-1; null: nobody is named. */
  readonly by?: string | null;
}

export function thumb({ thread, id, rating, messageId, ofEnd, by = 'user-1' }: Feedback): Step {
  return (past) => {
    const time = new Date(Date.parse(past.events.at(-1)!.time) + 1000).toISOString();
    const decisionId = ofEnd === undefined ? {} : { decisionId: past.ids('ConversationEnded').at(-1)! };
    const about = { ...(messageId === undefined ? {} : { messageId }), ...decisionId };
    const data = { rating, ...about, ...(by === null ? {} : { by }), hasComment: true };
    return eventOf('FeedbackGiven', { tenant: 'acme', thread, id, time }, data);
  };
}

export function acme(): Entry[] {
  const heated = { thread: 'heated' };
  const lost = { thread: 'lost' };
  const fragile = { thread: 'fragile' };
  const leaving = { thread: 'leaving' };
  const last = message('u6', heated);
  return told(
    message('m1', { thread: 'calm' }),
    answer('m2', { thread: 'calm' }),
    climb(4, heated),
    harmful('u5', heated),
    thumb({ thread: 'heated', id: 'f1', rating: 'down', ofEnd: true }),
    last,
    again(last),
    reviewed('overturned', { thread: 'heated', id: 'r1' }),
    message('e3', { ...heated, under: 'a2' }),
    answer('b3', heated),
    thumb({ thread: 'heated', id: 'f2', rating: 'up', messageId: 'b3' }),
    activated(SWIFT, { id: 'p1' }),
    climb(3, { ...lost, category: 'hate', score: 0.9 } as object),
    proposal('a4', lost),
    harmful('u4', { ...lost, category: 'hate', score: 0.9 }),
    message('e2', { ...lost, under: 'a1' }),
    risky('x1', fragile),
    harmful('x2', fragile),
    riskReported({ ...fragile, kind: 'self-harm' }),
    riskCleared(fragile),
    message('y1', { ...leaving, intent: 'end' }),
    message('y2', { ...leaving, intent: 'confirm-end' }),
    message('m1', { thread: 'heated', tenant: 'other' }),
  );
}
