/* What operators see of threads that are parked, and do about them. */

const PARKED = `
SELECT p.tenant, p.thread_id AS "threadId", p.log_partition AS partition, p.log_offset::double precision AS "offset", p.since,
  p.cause, (SELECT count(*)::double precision FROM offramp_v1.parked_entries e WHERE e.tenant = p.tenant
    AND e.thread_id = p.thread_id AND e.log_partition = p.log_partition) AS waiting
FROM offramp_v1.parked_threads p`;

export const PARKED_LIST_SQL = `${PARKED} ORDER BY p.since, p.tenant, p.thread_id, p.log_partition`;

export const PARKED_THREAD_SQL = `${PARKED} WHERE p.tenant = $1 AND p.thread_id = $2 ORDER BY p.log_partition LIMIT 1`;

export const PARKED_COUNT_SQL = 'SELECT count(*)::double precision AS count FROM offramp_v1.parked_threads';

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
INSERT INTO offramp_v1.parked_actions (at, action, tenant, thread_id, position, by, reason)
VALUES (now(), $1, $2, $3, $4, $5, $6)`;

export const ACTIONS_SQL = `
SELECT action, position, at, by, reason FROM offramp_v1.parked_actions WHERE tenant = $1 AND thread_id = $2 ORDER BY id`;
