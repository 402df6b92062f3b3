/**
 * Texts of one batch, in its order, because a join may give them in any other. What is there stays: the first text of an
 * event counts. What was forgotten does not come back: neither a message that was named, nor anything stored before the
 * whole thread was forgotten.
 */
export const STORE_SQL = `
INSERT INTO offramp_v1.contents (tenant, thread_id, event_id, kind, message_id, text, stored_at)
SELECT n.tenant, n.thread_id, n.event_id, n.kind, n.message_id, n.text, n.stored_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
  WITH ORDINALITY AS n (tenant, thread_id, event_id, kind, message_id, text, stored_at, place)
WHERE NOT EXISTS (
  SELECT 1 FROM offramp_v1.forgotten f
  WHERE f.tenant = n.tenant AND f.thread_id = n.thread_id
    AND (f.message_id = n.message_id OR (f.message_id = '' AND f.forgotten_at >= n.stored_at))
)
ORDER BY n.place
ON CONFLICT DO NOTHING`;

/** Remembers what was forgotten; the empty message id stands for the whole thread. */
export const REMEMBER_FORGOTTEN_SQL = `
INSERT INTO offramp_v1.forgotten AS f (tenant, thread_id, message_id, forgotten_at, by)
SELECT DISTINCT $1, $2, m.id, $4::timestamptz, $5 FROM unnest($3::text[]) AS m (id)
ON CONFLICT (tenant, thread_id, message_id)
DO UPDATE SET forgotten_at = greatest(f.forgotten_at, excluded.forgotten_at)`;

/** The row stays without its text, so that a later copy of the same event finds its place taken. */
export const FORGET_MESSAGES_SQL = `
UPDATE offramp_v1.contents SET text = NULL
WHERE tenant = $1 AND thread_id = $2 AND message_id = ANY ($3::text[]) AND text IS NOT NULL`;

export const FORGET_THREAD_SQL = `
UPDATE offramp_v1.contents SET text = NULL WHERE tenant = $1 AND thread_id = $2 AND text IS NOT NULL`;

/** A bounded number at once, because a long transaction holds up everybody else on the embedded database. */
export const EXPIRE_SQL = `
DELETE FROM offramp_v1.contents WHERE (tenant, thread_id, event_id, kind) IN (
  SELECT tenant, thread_id, event_id, kind FROM offramp_v1.contents
  WHERE kind = ANY ($1::text[]) AND stored_at < $2::timestamptz AND text IS NOT NULL
  ORDER BY stored_at LIMIT $3
)`;
