/* The one row that says where the rebuild is. It stands beside the live tables, whichever those are. */

export const ROW_SQL = `
SELECT state, projection, owner, events::double precision AS events, rate, started_at AS "startedAt",
  updated_at AS "updatedAt", report
FROM offramp_v1.rebuilds WHERE id = 1`;

export const NEW_SQL = `
INSERT INTO offramp_v1.rebuilds (id, state, projection, owner, events, started_at, updated_at)
VALUES (1, 'filling', $1, $2, 0, now(), now())`;

export const TAKE_SQL = `
UPDATE offramp_v1.rebuilds SET state = 'filling', owner = $1, report = NULL, updated_at = now() WHERE id = 1`;

/** Also the guard of each step: it takes effect only as long as nobody else has moved the row. */
export const STEP_SQL = `
UPDATE offramp_v1.rebuilds SET events = events + $3, rate = coalesce($4::double precision, rate), updated_at = now()
WHERE id = 1 AND owner = $1 AND state = $2`;

export const STATE_SQL = `
UPDATE offramp_v1.rebuilds SET state = $2, report = coalesce($3::jsonb, report), updated_at = now()
WHERE id = 1 AND state = ANY ($1::text[])`;

export const OWN_SQL = `UPDATE offramp_v1.rebuilds SET owner = $1, updated_at = now() WHERE id = 1 AND state = $2`;

export const DELETE_SQL = `DELETE FROM offramp_v1.rebuilds`;

export const ALL_CURSORS_SQL = `
SELECT log_partition, epoch, next_offset, next_decision, time_ms FROM offramp_v1.cursors WHERE stream = 'events'
ORDER BY log_partition`;
