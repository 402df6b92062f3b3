/* What operators see of threads that are parked, and do about them. */

const PARKED = `
SELECT tenant, thread_id AS "threadId", topic, log_partition AS partition, log_offset::double precision AS "offset", since,
  cause, waiting::double precision AS waiting
FROM (
  SELECT p.*, 'inbound.v1' AS topic, (SELECT count(*) FROM offramp_v1.parked_entries e WHERE e.tenant = p.tenant
    AND e.thread_id = p.thread_id AND e.log_partition = p.log_partition) AS waiting
  FROM offramp_v1.parked_threads p
  UNION ALL
  SELECT p.*, 'content.v1', (SELECT count(*) FROM offramp_v1.parked_contents e WHERE e.tenant = p.tenant
    AND e.thread_id = p.thread_id AND e.log_partition = p.log_partition)
  FROM offramp_v1.parked_content_threads p
) AS parked`;

export const PARKED_LIST_SQL = `${PARKED} ORDER BY since, tenant, thread_id, topic, log_partition`;

/** Its events before its texts. */
export const PARKED_THREAD_SQL = `${PARKED} WHERE tenant = $1 AND thread_id = $2 ORDER BY topic DESC, log_partition`;

export const PARKED_COUNT_SQL = `
SELECT ((SELECT count(*) FROM offramp_v1.parked_threads) + (SELECT count(*) FROM offramp_v1.parked_content_threads))
  ::double precision AS count`;

/** The first that wait; what they are is in the entries. */
export const WAITING_SQL = `
SELECT log_offset, time_ms, entry FROM offramp_v1.parked_entries
WHERE tenant = $1 AND thread_id = $2 AND log_partition = $3 ORDER BY log_offset LIMIT $4`;

/** Holds the partition, and makes whoever projects it read its tables again: rows change behind its back. */
export const TAKE_PARTITION_SQL = `
UPDATE offramp_v1.cursors SET epoch = epoch + 1 WHERE stream = 'events' AND log_partition = $1`;

export const LET_GO_SQL = `
DELETE FROM offramp_v1.parked_entries WHERE tenant = $1 AND thread_id = $2 AND log_partition = $3 AND log_offset <= $4`;

export const UNPARK_SQL = `
DELETE FROM offramp_v1.parked_threads p WHERE p.tenant = $1 AND p.thread_id = $2 AND p.log_partition = $3 AND NOT EXISTS (
  SELECT FROM offramp_v1.parked_entries e
  WHERE e.tenant = p.tenant AND e.thread_id = p.thread_id AND e.log_partition = p.log_partition
)`;

export const STILL_PARKED_SQL = `
UPDATE offramp_v1.parked_threads SET log_offset = $4, cause = $5
WHERE tenant = $1 AND thread_id = $2 AND log_partition = $3`;

export const ACTION_SQL = `
INSERT INTO offramp_v1.parked_actions (at, action, tenant, thread_id, topic, position, by, reason)
VALUES (now(), $1, $2, $3, $4, $5, $6, $7)`;

export const ACTIONS_SQL = `
SELECT action, topic, position, at, by, reason FROM offramp_v1.parked_actions
WHERE tenant = $1 AND thread_id = $2 ORDER BY id`;

/** Records of inbound.v1 that no version can decode, as the decider said. */
export const QUARANTINED_SQL = `
SELECT log_partition AS partition, log_offset::double precision AS "offset", at, cause FROM offramp_v1.decisions
WHERE tenant = $1 AND type = 'RecordQuarantined' ORDER BY at, log_partition, log_offset LIMIT $2`;
