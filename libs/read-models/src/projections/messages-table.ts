import { type RowOf, table } from '../projection/table.js';

export const messages = table('messages', ['tenant', 'threadId', 'messageId'], {
  tenant: 'text',
  threadId: 'text',
  messageId: 'text',
  logPartition: 'integer',
  logOffset: 'bigint',
  /** Where its id was posted last: the decider knows it by that for a while, in silence, where no parent is named. */
  postedOffset: 'bigint',
  /** The message it follows, where that was there when this one was posted. */
  parentId: 'text?',
  missingParentId: 'text?',
  branchId: 'text',
  /** null: accepted. Else the accepted message under which this one, or the first refused one above it, was refused. */
  refusedAfter: 'text?',
  depth: 'integer',
  role: 'text',
  postedAt: 'timestamptz',
  at: 'timestamptz?',
  textLength: 'bigint?',
  intent: 'text?',
  signal: 'jsonb?',
  evidence: 'jsonb?',
  harmful: 'boolean',
  verdict: 'text?',
  policy: 'text?',
  decisionIds: 'jsonb?',
  stage: 'text',
  attempts: 'integer',
  /** Where the stage is ended: the message that the line ended at. */
  endId: 'text?',
  /** The offset of that end: a reopening after it opens this message's line, too. */
  endOffset: 'bigint?',
  /** The offset at which stage, attempts and end were written: what a later risk is compared with. */
  ladderOffset: 'bigint',
  /** Partition time (ms since 1970) from which an open ladder reads as clear. */
  ladderUntilMs: 'bigint?',
  /** Of an open ladder: the offset of the activation that it runs under; -1: the built-in policy. */
  ladderPolicyOffset: 'bigint?',
});

/** Whether the decider judged the message at this offset, rather than knowing its id. */
export function isJudgedAt({ ladderOffset }: Pick<RowOf<typeof messages>, 'ladderOffset'>, offset: number): boolean {
  return ladderOffset === offset;
}
