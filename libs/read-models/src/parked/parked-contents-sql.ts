/* Texts that wait because one of their thread could not be stored. What erases and expires texts does it here, too. */

/** Holds the partition: its projector looks at what is parked after it has moved the same row. */
export const HOLD_PARTITION_SQL = `
SELECT 1 FROM offramp_v1.cursors WHERE stream = 'content' AND log_partition = $1 FOR UPDATE`;

export const HOLD_ALL_PARTITIONS_SQL = `
SELECT 1 FROM offramp_v1.cursors WHERE stream = 'content' ORDER BY log_partition FOR UPDATE`;

export const PARKED_CONTENT_THREADS_SQL = `
SELECT tenant, thread_id FROM offramp_v1.parked_content_threads WHERE log_partition = $1`;

export const PARK_CONTENT_SQL = `
INSERT INTO offramp_v1.parked_content_threads (log_partition, tenant, thread_id, log_offset, since, cause)
VALUES ($1, $2, $3, $4, now(), $5)`;

/** As where they are stored: what was forgotten before does not come. */
export const HOLD_CONTENTS_SQL = `
INSERT INTO offramp_v1.parked_contents
  (log_partition, log_offset, tenant, thread_id, event_id, kind, message_id, text, stored_at)
SELECT $1, n.*
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
  AS n (log_offset, tenant, thread_id, event_id, kind, message_id, text, stored_at)
WHERE NOT EXISTS (
  SELECT 1 FROM offramp_v1.forgotten f
  WHERE f.tenant = n.tenant AND f.thread_id = n.thread_id
    AND (f.message_id = n.message_id OR (f.message_id = '' AND f.forgotten_at >= n.stored_at))
)`;

/** The row stays, to be stored without its text in its turn, as it would be had it been stored before. */
export const FORGET_PARKED_MESSAGES_SQL = `
UPDATE offramp_v1.parked_contents SET text = NULL
WHERE tenant = $1 AND thread_id = $2 AND message_id = ANY ($3::text[]) AND text IS NOT NULL`;

export const FORGET_PARKED_THREAD_SQL = `
UPDATE offramp_v1.parked_contents SET text = NULL WHERE tenant = $1 AND thread_id = $2 AND text IS NOT NULL`;

export const EXPIRE_PARKED_SQL = `
DELETE FROM offramp_v1.parked_contents WHERE kind = ANY ($1::text[]) AND stored_at < $2::timestamptz AND text IS NOT NULL`;

export const UNPARK_EMPTY_SQL = `
DELETE FROM offramp_v1.parked_content_threads p WHERE NOT EXISTS (
  SELECT FROM offramp_v1.parked_contents e
  WHERE e.tenant = p.tenant AND e.thread_id = p.thread_id AND e.log_partition = p.log_partition
)`;

/** The first that wait are stored, in order, and wait no more. They were looked for among what is forgotten when they came. */
export const STORE_PARKED_SQL = `
WITH first AS MATERIALIZED (
  SELECT * FROM offramp_v1.parked_contents
  WHERE tenant = $1 AND thread_id = $2 AND log_partition = $3 ORDER BY log_offset LIMIT $4
), stored AS (
  INSERT INTO offramp_v1.contents (tenant, thread_id, event_id, kind, message_id, text, stored_at)
  SELECT tenant, thread_id, event_id, kind, message_id, text, stored_at FROM first ORDER BY log_offset
  ON CONFLICT DO NOTHING
)
DELETE FROM offramp_v1.parked_contents p USING first f
WHERE p.tenant = f.tenant AND p.thread_id = f.thread_id AND p.log_partition = f.log_partition AND p.log_offset = f.log_offset`;

export const LET_CONTENT_GO_SQL = `
DELETE FROM offramp_v1.parked_contents WHERE tenant = $1 AND thread_id = $2 AND log_partition = $3 AND log_offset <= $4`;

export const UNPARK_CONTENT_SQL = `
DELETE FROM offramp_v1.parked_content_threads p WHERE p.tenant = $1 AND p.thread_id = $2 AND p.log_partition = $3
  AND NOT EXISTS (
    SELECT FROM offramp_v1.parked_contents e
    WHERE e.tenant = p.tenant AND e.thread_id = p.thread_id AND e.log_partition = p.log_partition
  )`;

export const CONTENT_STILL_PARKED_SQL = `
UPDATE offramp_v1.parked_content_threads p SET cause = $4, log_offset = (
  SELECT min(e.log_offset) FROM offramp_v1.parked_contents e
  WHERE e.tenant = p.tenant AND e.thread_id = p.thread_id AND e.log_partition = p.log_partition
)
WHERE p.tenant = $1 AND p.thread_id = $2 AND p.log_partition = $3`;

/** What they are, without what they say. */
export const WAITING_CONTENTS_SQL = `
SELECT log_offset, kind FROM offramp_v1.parked_contents
WHERE tenant = $1 AND thread_id = $2 AND log_partition = $3 ORDER BY log_offset LIMIT $4`;
