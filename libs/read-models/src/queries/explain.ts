import { type Evidence, type Role, type Stage, type Verdict, shareOfThread } from '@offramp/events';
import { BUILT_IN_POLICY } from '@offramp/ladder';
import type { Database } from '../database/database.js';
import { BRANCH_FIELDS, DECISION_FIELDS, selectOf } from './fields.js';
import { type BranchRow, type DecisionRow, jsonRow } from './rows.js';

/** One message of the line that meant something: it was harmful, or something was decided about it. */
export interface ExplainedMessage {
  readonly messageId: string;
  readonly role: Role;
  readonly position: string;
  readonly postedAt: string;
  readonly verdict: Verdict;
  readonly stage: Stage;
  readonly attempts: number;
  readonly harmful: boolean;
  readonly evidence?: Evidence;
  readonly decisions: readonly DecisionRow[];
}

type OfLine = Omit<ExplainedMessage, 'decisions'> & { readonly policy?: string };

/** Why a line is where it is. */
export interface Explanation {
  readonly branch: BranchRow;
  /** From the root to the head, without the messages that nothing was said about. */
  readonly messages: readonly ExplainedMessage[];
  /** What was decided about the thread beside its messages: guards, reopenings. */
  readonly thread: readonly DecisionRow[];
  /** The policy in force on the line, and its document. */
  readonly policy: { readonly id: string; readonly document: Readonly<Record<string, unknown>> };
}

export const BRANCH_SQL = `
${selectOf(BRANCH_FIELDS)}
FROM offramp_v1.branches x WHERE x.tenant = $1 AND x.thread_id = $2 AND x.branch_id = $3`;

/** The line from its head up to the root. A parent always stands before its child on the log, so it ends. */
export const LINE_SQL = `
WITH RECURSIVE line AS (
  SELECT m.* FROM offramp_v1.messages m WHERE m.tenant = $1 AND m.thread_id = $2 AND m.message_id = $3
  UNION ALL
  SELECT m.* FROM line l JOIN offramp_v1.messages m
    ON m.tenant = l.tenant AND m.thread_id = l.thread_id AND m.message_id = l.parent_id
)
SELECT x.message_id AS "messageId", x.role, x.log_partition || ':' || x.log_offset AS position,
  x.posted_at AS "postedAt", coalesce(x.verdict, 'continue') AS verdict, x.stage, x.attempts, x.harmful, x.evidence,
  x.policy
FROM line x WHERE x.harmful OR x.decision_ids IS NOT NULL ORDER BY x.log_offset`;

export const THREAD_DECISIONS_SQL = `
${selectOf(DECISION_FIELDS)}
FROM offramp_v1.decisions x WHERE x.tenant = $1 AND x.thread_id = $2
  AND (x.message_id = ANY ($3::text[])
    OR x.type IN ('GuardRaised', 'GuardExtended', 'GuardCleared', 'ConversationReopened'))
ORDER BY x.log_offset, x.index`;

/** What the decider took on the partition of a thread, newest first. */
export const ACTIVATIONS_SQL = `
SELECT p.policy AS id, p.document, p.share
FROM offramp_v1.policies p JOIN offramp_v1.threads t ON t.tenant = p.tenant AND t.log_partition = p.log_partition
WHERE p.tenant = $1 AND t.thread_id = $2 AND p.applied ORDER BY p.log_offset DESC`;

const NONE: ReadonlySet<string> = new Set();

export interface BranchName {
  readonly tenant: string;
  readonly threadId: string;
  readonly branchId: string;
}

export async function explain(database: Database, name: BranchName): Promise<Explanation | undefined> {
  const { tenant, threadId, branchId } = name;
  const [found] = await database.query<Record<string, unknown>>(BRANCH_SQL, [tenant, threadId, branchId]);
  if (found === undefined) return undefined;
  const branch = jsonRow(found, new Set(['forkedFrom'])) as BranchRow;
  const line = (await database.query<Record<string, unknown>>(LINE_SQL, [tenant, threadId, branch.headId])).map(
    (row) => jsonRow(row, NONE) as OfLine,
  );
  const ids = new Set(line.map(({ messageId }) => messageId));
  const decisions = (
    await database.query<Record<string, unknown>>(THREAD_DECISIONS_SQL, [tenant, threadId, [...ids]])
  ).map((row) => jsonRow(row, NONE) as DecisionRow);
  return {
    branch,
    messages: line.map(({ policy: _, ...message }) => ({
      ...message,
      decisions: decisions.filter(({ messageId }) => messageId === message.messageId),
    })),
    thread: decisions.filter(({ messageId }) => messageId === undefined || !ids.has(messageId)),
    policy: await policyOf(database, name, policyOfLine(branch, line)),
  };
}

/** A line that is not clear runs under the policy that was named last above its head. */
function policyOfLine({ stage, policy }: BranchRow, line: readonly OfLine[]): string | undefined {
  return stage === 'clear' ? undefined : (policy ?? line.findLast((message) => message.policy !== undefined)?.policy);
}

interface Activation {
  readonly id: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly share: number;
}

/** The one that is named, else the newest that covers the thread. */
async function policyOf(
  database: Database,
  { tenant, threadId }: BranchName,
  id: string | undefined,
): Promise<Explanation['policy']> {
  const builtIn = { id: BUILT_IN_POLICY.id, document: BUILT_IN_POLICY.document };
  if (id === builtIn.id) return builtIn;
  const activations = await database.query<Activation>(ACTIVATIONS_SQL, [tenant, threadId]);
  const covers = ({ document, share }: Activation) =>
    share >= 1 || shareOfThread(String(document['name']), tenant, threadId) < share;
  const found = activations.find((activation) => (id === undefined ? covers(activation) : activation.id === id));
  return found === undefined ? builtIn : { id: found.id, document: found.document };
}
