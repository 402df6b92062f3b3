import { table } from '../projection/table.js';

/** Stands apart from its projection, which reads what all others changed, because those read this table. */
export const threads = table('threads', ['tenant', 'threadId'], {
  tenant: 'text',
  threadId: 'text',
  logPartition: 'integer',
  createdAt: 'timestamptz',
  updatedAt: 'timestamptz',
  /** The latest message by log order: what an absent parent id means. */
  latestId: 'text?',
  messages: 'integer',
  refused: 'integer',
  branches: 'integer',
  redirecting: 'integer',
  warned: 'integer',
  ended: 'integer',
  reopened: 'integer',
  stage: 'text',
  /** Ladder values written before this offset read as clear: the latest risk. */
  wipedOffset: 'bigint?',
  /** The offset that raised the latest guard: the key of its row in `guards`. */
  guardOffset: 'bigint?',
  guardUntil: 'timestamptz?',
  policy: 'text?',
  category: 'text?',
  feedbackUp: 'integer',
  feedbackDown: 'integer',
});
