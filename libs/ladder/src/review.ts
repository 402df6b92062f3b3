import type { Inbound } from '@offramp/events';
import { endedLines } from './line.js';
import { reopen } from './risk.js';
import type { Turn } from './turn.js';

/** Overturning an end makes the ended message and all under it read as clear. A review of anything else moves nothing. */
export function foldReviewRecorded(turn: Turn, event: Inbound<'ReviewRecorded'>): void {
  const { outcome, decisionId } = event.data;
  if (outcome !== 'overturned') return;
  const end = endedLines(turn).find((line) => line.value.decisionId === decisionId);
  if (end === undefined) return;
  const { endId } = end.value;
  turn.write('reopened', endId, {});
  reopen(turn, { endIds: [endId], cause: 'review' });
}
