import { table } from '../projection/table.js';

export const branches = table('branches', ['tenant', 'threadId', 'branchId'], {
  tenant: 'text',
  threadId: 'text',
  branchId: 'text',
  logPartition: 'integer',
  forkedFrom: 'text?',
  headId: 'text',
  messages: 'integer',
  stage: 'text',
  attempts: 'integer',
  /** The message that the line ended at, while it is ended. */
  endId: 'text?',
  endedAt: 'timestamptz?',
  endedBy: 'text?',
  decisionId: 'text?',
  reopenedAt: 'timestamptz?',
  policy: 'text?',
  /** The category of harm, or the kind of risk, that spoke last on the line. */
  category: 'text?',
  feedbackUp: 'integer',
  feedbackDown: 'integer',
  createdAt: 'timestamptz',
  updatedAt: 'timestamptz',
});
