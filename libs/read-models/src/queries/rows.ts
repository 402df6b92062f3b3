import type { DecisionName, EndedBy, Evidence, Role, Stage, Verdict } from '@offramp/events';

/*
 * What the query side answers, as it goes out in JSON (CONTRACT §3): camelCase, times RFC 3339 in UTC, positions
 * "partition:offset". Optional fields are left out where they are empty.
 */

export interface ThreadRow {
  readonly threadId: string;
  readonly stage: Stage;
  readonly messages: number;
  readonly refused: number;
  readonly branches: number;
  readonly endedBranches: number;
  readonly reopened: number;
  /** Whether the guard is up now. */
  readonly guarded: boolean;
  readonly guardUntil?: string;
  readonly feedbackUp: number;
  readonly feedbackDown: number;
  readonly policy?: string;
  /** Of harm or of risk, that spoke last. */
  readonly category?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface BranchRow {
  readonly threadId: string;
  readonly branchId: string;
  readonly forkedFrom: string | null;
  readonly headId: string;
  readonly messages: number;
  readonly stage: Stage;
  readonly attempts: number;
  readonly endedAt?: string;
  readonly endedBy?: EndedBy;
  readonly decisionId?: string;
  readonly reopenedAt?: string;
  readonly guardUntil?: string;
  readonly policy?: string;
  readonly category?: string;
  readonly feedbackUp: number;
  readonly feedbackDown: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface MessageRow {
  readonly threadId: string;
  readonly messageId: string;
  readonly parentId: string | null;
  readonly missingParentId?: string;
  readonly branchId: string;
  readonly role: Role;
  readonly depth: number;
  readonly text?: string;
  readonly textLength?: number;
  readonly verdict: Verdict;
  readonly stage: Stage;
  readonly attempts: number;
  readonly harmful: boolean;
  readonly refused: boolean;
  readonly intent?: string;
  readonly signal?: { readonly redirected?: boolean; readonly warned?: boolean; readonly proposesEnd?: boolean };
  readonly evidence?: Evidence;
  readonly decisionIds?: readonly string[];
  readonly policy?: string;
  readonly postedAt: string;
  readonly at?: string;
  readonly position: string;
}

export interface DecisionRow {
  readonly decisionId: string;
  readonly threadId: string;
  readonly messageId?: string;
  readonly position: string;
  readonly index: number;
  readonly type: DecisionName;
  readonly at: string;
  readonly verdict?: Verdict;
  readonly becauseKind?: 'harm' | 'risk';
  readonly category?: string;
  readonly score?: number;
  readonly threshold?: number;
  readonly becauseMessageId?: string;
  readonly stage?: Stage;
  readonly attempts?: number;
  readonly endId?: string;
  readonly endedBy?: EndedBy;
  readonly cause?: string;
  readonly policy?: string;
  /** The latest review of it. */
  readonly outcome?: 'upheld' | 'overturned';
  readonly reviewedAt?: string;
  readonly overturnedAt?: string;
  /** The decision's `data`, as on decisions.v1. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** One end of a line, with what people and reviewers said of it. */
export interface EndingRow {
  readonly decisionId: string;
  readonly threadId: string;
  readonly endId: string;
  readonly endedAt: string;
  readonly endedBy: EndedBy;
  readonly category?: string;
  readonly score?: number;
  readonly threshold?: number;
  readonly policy: string;
  readonly feedbackUp: number;
  readonly feedbackDown: number;
  readonly outcome?: 'upheld' | 'overturned';
  readonly reviewedAt?: string;
  readonly overturnedAt?: string;
  readonly position: string;
  readonly index: number;
}

/** Of the ends of one category. */
export interface CategoryRow {
  /** null: ends by users. */
  readonly category: string | null;
  readonly endings: number;
  readonly reviewed: number;
  readonly upheld: number;
  readonly overturned: number;
}

export interface FeedbackRow {
  readonly feedbackId: string;
  readonly threadId: string;
  readonly messageId?: string;
  readonly decisionId?: string;
  readonly rating: 'up' | 'down';
  readonly by?: string;
  /** False where the same person gave another one on the same thing later. */
  readonly counts: boolean;
  readonly comment?: string;
  readonly policy?: string;
  readonly at: string;
  readonly position: string;
}

export interface ReviewRow {
  readonly reviewId: string;
  readonly threadId: string;
  readonly decisionId: string;
  readonly outcome: 'upheld' | 'overturned';
  readonly by: string;
  readonly reason?: string;
  readonly at: string;
  readonly position: string;
}

export interface GuardRow {
  readonly threadId: string;
  readonly raisedAt: string;
  readonly kind?: string;
  readonly reported: boolean;
  readonly messageId?: string;
  readonly until?: string;
  readonly extensions: number;
  readonly extendedAt?: string;
  readonly clearedAt?: string;
  readonly clearedBy?: string;
  readonly decisionId: string;
  readonly policy?: string;
  readonly position: string;
}

export interface PolicyRow {
  readonly activationId: string;
  readonly policy: string;
  readonly share: number;
  readonly by: string;
  readonly partitions: number;
  /** Whether the decider took it on all partitions that it has reached. */
  readonly applied: boolean;
  readonly activatedAt: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly position: string;
}

/** A row as JSON: times as texts, empty fields left out but for those named. */
export function jsonRow(row: Readonly<Record<string, unknown>>, nullable: ReadonlySet<string>): object {
  const json: Record<string, unknown> = {};
  for (const field in row) {
    const value = row[field];
    if (value instanceof Date) json[field] = value.toISOString();
    else if (value !== null || nullable.has(field)) json[field] = value;
  }
  return json;
}
