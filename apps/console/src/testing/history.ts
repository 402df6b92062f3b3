import { type Content, CONTENT_TYPES, type ContentEvent, INBOUND_TYPES, type InboundEvent } from '@offramp/events';
import { BUILT_IN_POLICY, createMemoryFacts, createPartitionFold, createRecentIds } from '@offramp/ladder';
import {
  type MessageOptions,
  type Step,
  activated,
  answer,
  climb,
  eventOf,
  harmful,
  message,
  pastOf,
  proposal,
  reviewed,
  riskCleared,
  riskReported,
  risky,
} from '@offramp/ladder/testing';
import type { Entry } from '@offramp/read-models';

/* A history that has some of everything, decided by the real ladder on partition 0, from the point of view of `default`. */

/** So far ahead that a guard of it is up whenever the tests run: whether one is up is asked of the clock. */
const START = 'P25600D';
/** More than a page. */
const ORDINARY_THREADS = 60;

/** Activated for the last threads: a line ends at the second harmful message after the warning. */
export const PATIENT = { ...BUILT_IN_POLICY.document, name: 'patient', persistAfterWarning: 2 };

/** Everything that an id may hold and that means something to SQL, URLs, CSV, HTML or a spreadsheet. */
export const HOSTILE_THREADS = [
  'a/b',
  "'; DROP TABLE threads; --",
  '=1+1',
  '@SUM(A1)',
  '-2+3',
  '%2F..%00',
  '"quoted",comma;semicolon',
  'ünï🙂 ‮',
  '<script>alert(1)</script>',
  '__proto__',
  '$1 \\ %s',
] as const;

export const COMMENT = '=HYPERLINK("http://example.com","click\nhere"), she said';

export interface Told {
  readonly entries: readonly Entry[];
  readonly contents: readonly ContentEvent[];
}

export function tell(): Told {
  const events: InboundEvent[] = [];
  const decisions: NonNullable<Entry['decisions']>[number][] = [];
  const entries: Entry[] = [];
  const facts = createMemoryFacts();
  const fold = createPartitionFold({ partition: 0, facts, recent: createRecentIds() });
  for (const step of story()) {
    const event = step(pastOf(events, decisions));
    const handled = fold.handle(events.length, event);
    if (handled.kind === 'stopped') throw new Error(handled.reason);
    for (const fact of fold.unstored) facts.add(fact);
    fold.stored();
    entries.push({ offset: events.length, event, decisions: handled.decisions });
    events.push(event);
    decisions.push(...handled.decisions);
  }
  return { entries, contents: events.flatMap(contentOf) };
}

function story(): Step[] {
  return [
    message('start', { tenant: 'default', thread: 'first', later: START }),
    ...ended('ended'),
    ...inThread('ended', (at) => [
      message('edit', { ...at, under: 'a1' }),
      answer('edit-answer', at),
      feedbackOnEnd('ended', 'down'),
      thumb('ended', 'up'),
    ]),
    ...inThread('at-risk', (at) => [risky('r1', { ...at, under: null }), ...climb(2, { ...at, from: 2 })]),
    ...ended('reopened-by-risk'),
    riskReported({ tenant: 'default', thread: 'reopened-by-risk', kind: 'self-harm' }),
    riskCleared({ tenant: 'default', thread: 'reopened-by-risk' }),
    ...ended('reopened-by-review'),
    reviewed('overturned', { tenant: 'default', thread: 'reopened-by-review' }),
    ...inThread('redirected', (at) => climb(2, { ...at, under: null })),
    ...inThread('warned', (at) => climb(4, { ...at, under: null })),
    ...inThread('asked-to-stop', (at) => [
      message('stop', { ...at, under: null, intent: 'end' }),
      answer('sure', at),
      message('yes', { ...at, intent: 'confirm-end' }),
    ]),
    ...HOSTILE_THREADS.flatMap((thread) =>
      inThread(thread, (at) => [harmful(thread, { ...at, under: null }), answer('answer', at)]),
    ),
    ...Array.from({ length: ORDINARY_THREADS }, (_, i) =>
      inThread(`chat-${i}`, (at) => [message('m1', { ...at, under: null }), answer('m2', at)]),
    ).flat(),
    ...ended('ended', 'other'),
    activated(PATIENT, { tenant: 'default' }),
    ...inThread('persisted', (at) => [...climb(5, { ...at, under: null }), harmful('u6', at), harmful('u7', at)]),
    ...inThread('calmed', (at) => [
      ...climb(1, { ...at, under: null }),
      ...['c1', 'c2', 'c3'].flatMap((id) => [message(id, at), answer(`${id}-answer`, at)]),
      ...climb(1, { ...at, from: 2 }),
    ]),
    thumb('ended', 'down', 'other'),
    ...inThread('recovered', (at) => [
      ...climb(4, { ...at, under: null }),
      ...['c1', 'c2', 'c3'].flatMap((id) => [message(id, at), answer(`${id}-answer`, at)]),
    ]),
    ...inThread('withheld', (at) => [
      ...climb(2, { ...at, under: null }),
      riskReported({ ...at, kind: 'self-harm' }),
      harmful('u3', at),
      proposal('proposed', at),
      riskCleared(at),
    ]),
  ];
}

type At = Pick<MessageOptions, 'tenant' | 'thread'> & { tenant: string; thread: string };

function inThread(thread: string, steps: (at: At) => Step[], tenant = 'default'): Step[] {
  return steps({ tenant, thread });
}

/** Three redirects and a warning, each delivered, then the end at u5 and a refusal of u6. */
function ended(thread: string, tenant = 'default'): Step[] {
  return inThread(thread, (at) => [...climb(4, { ...at, under: null }), harmful('u5', at), message('u6', at)], tenant);
}

function feedbackOnEnd(thread: string, rating: 'up' | 'down'): Step {
  return (past) =>
    ({
      ...thumb(thread, rating)(past),
      data: { rating, decisionId: past.ids('ConversationEnded').at(-1), by: 'somebody', hasComment: true },
    }) as InboundEvent;
}

function thumb(thread: string, rating: 'up' | 'down', tenant = 'default'): Step {
  return ({ events }) => {
    const place = { tenant, thread, time: events.at(-1)!.time, id: `thumb-${events.length}` };
    return eventOf('FeedbackGiven', place, { rating, hasComment: false });
  };
}

/** What they wrote: the id of each message is in its text, so that a text can be told from another. */
function contentOf(event: InboundEvent): ContentEvent[] {
  const { source, subject, time, specversion } = event;
  const of = (data: Content<'ContentStored'>['data']): ContentEvent[] => [
    { specversion, id: `content-${event.id}`, source, subject, time, type: CONTENT_TYPES.ContentStored, data },
  ];
  if (event.type === INBOUND_TYPES.MessagePosted) {
    const { messageId } = event.data;
    return of({ kind: 'message', eventId: event.id, messageId, text: `text of ${messageId} for ${source}` });
  }
  if (event.type !== INBOUND_TYPES.FeedbackGiven || !event.data.hasComment) return [];
  return of({ kind: 'comment', eventId: event.id, text: COMMENT });
}
