-- The statements of libs/read-models. Written by `npm run generate`; docs/reference/data-dictionary.md has the views.

-- Tables: the schema offramp_v1

CREATE TABLE offramp_v1.cursors (
  stream text COLLATE "C" NOT NULL,
  log_partition integer NOT NULL,
  epoch bigint NOT NULL,
  next_offset bigint NOT NULL,
  next_decision bigint NOT NULL,
  time_ms bigint NOT NULL,
  PRIMARY KEY (stream, log_partition)
);

CREATE TABLE offramp_v1.threads (
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  log_partition integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  latest_id text COLLATE "C",
  messages integer NOT NULL,
  refused integer NOT NULL,
  branches integer NOT NULL,
  redirecting integer NOT NULL,
  warned integer NOT NULL,
  ended integer NOT NULL,
  reopened integer NOT NULL,
  stage text COLLATE "C" NOT NULL,
  wiped_offset bigint,
  guard_offset bigint,
  guard_until timestamptz,
  policy text COLLATE "C",
  category text COLLATE "C",
  feedback_up integer NOT NULL,
  feedback_down integer NOT NULL,
  PRIMARY KEY (tenant, thread_id)
) WITH (fillfactor = 70);
CREATE INDEX threads_created ON offramp_v1.threads (tenant, created_at, thread_id);
CREATE INDEX threads_in_trouble ON offramp_v1.threads (tenant, stage, created_at, thread_id) WHERE stage <> 'clear';
CREATE INDEX threads_by_policy ON offramp_v1.threads (tenant, policy, created_at, thread_id) WHERE policy IS NOT NULL;
CREATE INDEX threads_by_category ON offramp_v1.threads (tenant, category, created_at, thread_id)
  WHERE category IS NOT NULL;
CREATE INDEX threads_with_feedback ON offramp_v1.threads (tenant, created_at, thread_id)
  WHERE feedback_up + feedback_down > 0;
CREATE INDEX threads_guarded ON offramp_v1.threads (tenant, guard_until) WHERE guard_until IS NOT NULL;

CREATE TABLE offramp_v1.messages (
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  log_partition integer NOT NULL,
  log_offset bigint NOT NULL,
  posted_offset bigint NOT NULL,
  parent_id text COLLATE "C",
  missing_parent_id text COLLATE "C",
  branch_id text COLLATE "C" NOT NULL,
  refused_after text COLLATE "C",
  depth integer NOT NULL,
  role text COLLATE "C" NOT NULL,
  posted_at timestamptz NOT NULL,
  at timestamptz,
  text_length bigint,
  intent text COLLATE "C",
  signal jsonb,
  evidence jsonb,
  harmful boolean NOT NULL,
  verdict text COLLATE "C",
  policy text COLLATE "C",
  decision_ids jsonb,
  stage text COLLATE "C" NOT NULL,
  attempts integer NOT NULL,
  end_id text COLLATE "C",
  end_offset bigint,
  ladder_offset bigint NOT NULL,
  ladder_until_ms bigint,
  ladder_policy_offset bigint,
  PRIMARY KEY (tenant, thread_id, message_id)
);
CREATE INDEX messages_harmful ON offramp_v1.messages (tenant, posted_at) WHERE harmful;

CREATE TABLE offramp_v1.branches (
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  branch_id text COLLATE "C" NOT NULL,
  log_partition integer NOT NULL,
  forked_from text COLLATE "C",
  head_id text COLLATE "C" NOT NULL,
  messages integer NOT NULL,
  stage text COLLATE "C" NOT NULL,
  attempts integer NOT NULL,
  end_id text COLLATE "C",
  ended_at timestamptz,
  ended_by text COLLATE "C",
  decision_id text COLLATE "C",
  reopened_at timestamptz,
  policy text COLLATE "C",
  category text COLLATE "C",
  feedback_up integer NOT NULL,
  feedback_down integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, thread_id, branch_id)
) WITH (fillfactor = 70);
CREATE INDEX branches_created ON offramp_v1.branches (tenant, created_at, thread_id, branch_id);
CREATE INDEX branches_in_trouble ON offramp_v1.branches (tenant, stage, created_at, thread_id, branch_id)
  WHERE stage <> 'clear';
CREATE INDEX branches_by_end ON offramp_v1.branches (tenant, ended_by, created_at, thread_id, branch_id)
  WHERE ended_by IS NOT NULL;
CREATE INDEX branches_by_policy ON offramp_v1.branches (tenant, policy, created_at, thread_id, branch_id)
  WHERE policy IS NOT NULL;
CREATE INDEX branches_by_category ON offramp_v1.branches (tenant, category, created_at, thread_id, branch_id)
  WHERE category IS NOT NULL;
CREATE INDEX branches_with_feedback ON offramp_v1.branches (tenant, created_at, thread_id, branch_id)
  WHERE feedback_up + feedback_down > 0;
CREATE INDEX branches_ended_at ON offramp_v1.branches (tenant, ended_at, thread_id, branch_id)
  WHERE ended_at IS NOT NULL;
CREATE INDEX branches_open_ladders ON offramp_v1.branches (tenant, thread_id) WHERE stage <> 'clear';

CREATE TABLE offramp_v1.ends (
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  end_id text COLLATE "C" NOT NULL,
  log_partition integer NOT NULL,
  ended_offset bigint NOT NULL,
  ended_at timestamptz NOT NULL,
  ended_by text COLLATE "C" NOT NULL,
  decision_id text COLLATE "C" NOT NULL,
  reopened_offset bigint,
  PRIMARY KEY (tenant, thread_id, end_id)
);

CREATE TABLE offramp_v1.decisions (
  tenant text COLLATE "C" NOT NULL,
  decision_id text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  message_id text COLLATE "C",
  log_partition integer NOT NULL,
  log_offset bigint NOT NULL,
  index integer NOT NULL,
  type text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  verdict text COLLATE "C",
  because_kind text COLLATE "C",
  category text COLLATE "C",
  score double precision,
  threshold double precision,
  because_message_id text COLLATE "C",
  stage text COLLATE "C",
  attempts integer,
  end_id text COLLATE "C",
  ended_by text COLLATE "C",
  cause text COLLATE "C",
  policy text COLLATE "C",
  data jsonb NOT NULL,
  outcome text COLLATE "C",
  reviewed_at timestamptz,
  overturned_at timestamptz,
  PRIMARY KEY (tenant, decision_id)
);
CREATE INDEX decisions_at ON offramp_v1.decisions (tenant, at, log_partition, log_offset, index);
CREATE INDEX decisions_by_type ON offramp_v1.decisions (tenant, type, at, log_partition, log_offset, index);
CREATE INDEX decisions_by_category ON offramp_v1.decisions (tenant, category, at, log_partition, log_offset, index)
  WHERE category IS NOT NULL;
CREATE INDEX decisions_reviewed ON offramp_v1.decisions (tenant, outcome, at, log_partition, log_offset, index)
  WHERE outcome IS NOT NULL;
CREATE INDEX decisions_of_thread ON offramp_v1.decisions (tenant, thread_id, log_offset, index);

CREATE TABLE offramp_v1.guards (
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  raised_offset bigint NOT NULL,
  log_partition integer NOT NULL,
  raised_at timestamptz NOT NULL,
  decision_id text COLLATE "C" NOT NULL,
  message_id text COLLATE "C",
  kind text COLLATE "C",
  reported boolean NOT NULL,
  until timestamptz,
  extensions integer NOT NULL,
  extended_at timestamptz,
  cleared_at timestamptz,
  cleared_by text COLLATE "C",
  policy text COLLATE "C",
  PRIMARY KEY (tenant, thread_id, raised_offset)
);

CREATE TABLE offramp_v1.feedback (
  tenant text COLLATE "C" NOT NULL,
  feedback_id text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  log_partition integer NOT NULL,
  log_offset bigint NOT NULL,
  at timestamptz NOT NULL,
  rating text COLLATE "C" NOT NULL,
  message_id text COLLATE "C",
  decision_id text COLLATE "C",
  by text COLLATE "C",
  has_comment boolean NOT NULL,
  policy text COLLATE "C",
  counts boolean NOT NULL,
  PRIMARY KEY (tenant, thread_id, feedback_id)
);
CREATE INDEX feedback_at ON offramp_v1.feedback (tenant, at, thread_id, feedback_id);
CREATE INDEX feedback_by ON offramp_v1.feedback (tenant, thread_id, by) WHERE counts AND by IS NOT NULL;
CREATE INDEX feedback_on ON offramp_v1.feedback (tenant, decision_id) WHERE counts AND decision_id IS NOT NULL;

CREATE TABLE offramp_v1.reviews (
  tenant text COLLATE "C" NOT NULL,
  review_id text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  log_partition integer NOT NULL,
  log_offset bigint NOT NULL,
  decision_id text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  outcome text COLLATE "C" NOT NULL,
  by text COLLATE "C" NOT NULL,
  has_reason boolean NOT NULL,
  PRIMARY KEY (tenant, thread_id, review_id)
);

CREATE TABLE offramp_v1.policies (
  tenant text COLLATE "C" NOT NULL,
  activation_id text COLLATE "C" NOT NULL,
  log_partition integer NOT NULL,
  log_offset bigint NOT NULL,
  policy text COLLATE "C" NOT NULL,
  document jsonb NOT NULL,
  share double precision NOT NULL,
  applied boolean NOT NULL,
  by text COLLATE "C" NOT NULL,
  has_reason boolean NOT NULL,
  activated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, log_partition, log_offset)
);

CREATE TABLE offramp_v1.events (
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  log_partition integer NOT NULL,
  log_offset bigint NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  message_id text COLLATE "C",
  data jsonb NOT NULL,
  PRIMARY KEY (tenant, thread_id, log_partition, log_offset)
);

CREATE TABLE offramp_v1.tallies (
  tenant text COLLATE "C" NOT NULL,
  log_partition integer NOT NULL,
  name text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (tenant, log_partition, name)
) WITH (fillfactor = 50);

CREATE TABLE offramp_v1.contents (
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  message_id text COLLATE "C",
  text text,
  stored_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, thread_id, event_id, kind)
);
CREATE INDEX contents_of_message ON offramp_v1.contents (tenant, thread_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX contents_stored ON offramp_v1.contents (kind, stored_at) WHERE text IS NOT NULL;

CREATE TABLE offramp_v1.forgotten (
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  forgotten_at timestamptz NOT NULL,
  by text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, thread_id, message_id)
);

-- Indexes of decisions

CREATE INDEX IF NOT EXISTS decisions_by_policy ON offramp_v1.decisions (tenant, policy, at, log_partition, log_offset, index) WHERE policy IS NOT NULL;
CREATE INDEX IF NOT EXISTS decisions_by_stage ON offramp_v1.decisions (tenant, stage, at, log_partition, log_offset, index) WHERE stage IS NOT NULL;
CREATE INDEX IF NOT EXISTS decisions_by_end ON offramp_v1.decisions (tenant, ended_by, at, log_partition, log_offset, index) WHERE ended_by IS NOT NULL;
CREATE INDEX IF NOT EXISTS decisions_of_message ON offramp_v1.decisions (tenant, message_id, at, log_partition, log_offset, index) WHERE message_id IS NOT NULL;

-- Pages of the tables that change with every message

ALTER TABLE IF EXISTS offramp_v1.threads SET (fillfactor = 45);
ALTER TABLE IF EXISTS offramp_v1.branches SET (fillfactor = 45);

-- Tables of the rebuilds

CREATE TABLE offramp_v1.projection_versions (
  projection text COLLATE "C" PRIMARY KEY,
  version integer NOT NULL
);

CREATE TABLE offramp_v1.rebuilds (
  id integer PRIMARY KEY CHECK (id = 1),
  state text COLLATE "C" NOT NULL,
  projection text COLLATE "C",
  owner text COLLATE "C" NOT NULL,
  events bigint NOT NULL,
  rate double precision,
  started_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  report jsonb
);

-- Tables of what is parked

CREATE TABLE offramp_v1.parked_threads (
  log_partition integer NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  log_offset bigint NOT NULL,
  since timestamptz NOT NULL,
  cause text NOT NULL,
  PRIMARY KEY (tenant, thread_id, log_partition)
);

CREATE TABLE offramp_v1.parked_entries (
  log_partition integer NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  log_offset bigint NOT NULL,
  time_ms bigint NOT NULL,
  entry text NOT NULL,
  PRIMARY KEY (tenant, thread_id, log_partition, log_offset)
);

CREATE TABLE offramp_v1.parked_actions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  action text COLLATE "C" NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  position text COLLATE "C" NOT NULL,
  by text NOT NULL,
  reason text NOT NULL
);

-- Tables of texts that are parked

CREATE TABLE offramp_v1.parked_content_threads (
  log_partition integer NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  log_offset bigint NOT NULL,
  since timestamptz NOT NULL,
  cause text NOT NULL,
  PRIMARY KEY (tenant, thread_id, log_partition)
);

CREATE TABLE offramp_v1.parked_contents (
  log_partition integer NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  log_offset bigint NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  message_id text COLLATE "C",
  text text,
  stored_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, thread_id, log_partition, log_offset)
);

ALTER TABLE offramp_v1.parked_actions ADD COLUMN topic text COLLATE "C" NOT NULL DEFAULT 'inbound.v1';

-- The cursor of a partition: taken over

INSERT INTO offramp_v1.cursors AS c (stream, log_partition, epoch, next_offset, next_decision, time_ms)
VALUES ($1, $2, 1, 0, 0, 0)
ON CONFLICT (stream, log_partition) DO UPDATE SET epoch = c.epoch + 1
RETURNING epoch, next_offset, next_decision, time_ms

-- The cursor of a partition: read

SELECT epoch, next_offset, next_decision, time_ms FROM offramp_v1.cursors WHERE stream = $1 AND log_partition = $2

-- The cursor of a partition: moved, in the transaction that writes the rows

UPDATE offramp_v1.cursors SET next_offset = $5, next_decision = $6, time_ms = $7
WHERE stream = $1 AND log_partition = $2 AND epoch = $3 AND next_offset = $4

-- Positions

SELECT log_partition, next_offset FROM offramp_v1.cursors WHERE stream = 'events' ORDER BY log_partition

-- Projection policies: written

INSERT INTO offramp_v1.policies (tenant, log_partition, log_offset, activation_id, policy, document, share, applied, by, has_reason, activated_at)
SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[], $6::jsonb[], $7::double precision[], $8::boolean[], $9::text[], $10::boolean[], $11::timestamptz[])
ON CONFLICT (tenant, log_partition, log_offset) DO UPDATE SET
  activation_id = excluded.activation_id, policy = excluded.policy, document = excluded.document, share = excluded.share, applied = excluded.applied, by = excluded.by, has_reason = excluded.has_reason, activated_at = excluded.activated_at

-- Projection ends: written

INSERT INTO offramp_v1.ends (tenant, thread_id, end_id, log_partition, ended_offset, ended_at, ended_by, decision_id, reopened_offset)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::timestamptz[], $7::text[], $8::text[], $9::bigint[])
ON CONFLICT (tenant, thread_id, end_id) DO UPDATE SET
  log_partition = excluded.log_partition, ended_offset = excluded.ended_offset, ended_at = excluded.ended_at, ended_by = excluded.ended_by, decision_id = excluded.decision_id, reopened_offset = excluded.reopened_offset

-- Projection messages: written

INSERT INTO offramp_v1.messages (tenant, thread_id, message_id, log_partition, log_offset, posted_offset, parent_id, missing_parent_id, branch_id, refused_after, depth, role, posted_at, at, text_length, intent, signal, evidence, harmful, verdict, policy, decision_ids, stage, attempts, end_id, end_offset, ladder_offset, ladder_until_ms, ladder_policy_offset)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::integer[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::bigint[], $16::text[], $17::jsonb[], $18::jsonb[], $19::boolean[], $20::text[], $21::text[], $22::jsonb[], $23::text[], $24::integer[], $25::text[], $26::bigint[], $27::bigint[], $28::bigint[], $29::bigint[])
ON CONFLICT (tenant, thread_id, message_id) DO UPDATE SET
  log_partition = excluded.log_partition, log_offset = excluded.log_offset, posted_offset = excluded.posted_offset, parent_id = excluded.parent_id, missing_parent_id = excluded.missing_parent_id, branch_id = excluded.branch_id, refused_after = excluded.refused_after, depth = excluded.depth, role = excluded.role, posted_at = excluded.posted_at, at = excluded.at, text_length = excluded.text_length, intent = excluded.intent, signal = excluded.signal, evidence = excluded.evidence, harmful = excluded.harmful, verdict = excluded.verdict, policy = excluded.policy, decision_ids = excluded.decision_ids, stage = excluded.stage, attempts = excluded.attempts, end_id = excluded.end_id, end_offset = excluded.end_offset, ladder_offset = excluded.ladder_offset, ladder_until_ms = excluded.ladder_until_ms, ladder_policy_offset = excluded.ladder_policy_offset

-- Projection feedback: written

INSERT INTO offramp_v1.feedback (tenant, thread_id, feedback_id, log_partition, log_offset, at, rating, message_id, decision_id, by, has_comment, policy, counts)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::text[], $11::boolean[], $12::text[], $13::boolean[])
ON CONFLICT (tenant, thread_id, feedback_id) DO UPDATE SET
  log_partition = excluded.log_partition, log_offset = excluded.log_offset, at = excluded.at, rating = excluded.rating, message_id = excluded.message_id, decision_id = excluded.decision_id, by = excluded.by, has_comment = excluded.has_comment, policy = excluded.policy, counts = excluded.counts

-- Projection branches: written

INSERT INTO offramp_v1.branches (tenant, thread_id, branch_id, log_partition, forked_from, head_id, messages, stage, attempts, end_id, ended_at, ended_by, decision_id, reopened_at, policy, category, feedback_up, feedback_down, created_at, updated_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::integer[], $8::text[], $9::integer[], $10::text[], $11::timestamptz[], $12::text[], $13::text[], $14::timestamptz[], $15::text[], $16::text[], $17::integer[], $18::integer[], $19::timestamptz[], $20::timestamptz[])
ON CONFLICT (tenant, thread_id, branch_id) DO UPDATE SET
  log_partition = excluded.log_partition, forked_from = excluded.forked_from, head_id = excluded.head_id, messages = excluded.messages, stage = excluded.stage, attempts = excluded.attempts, end_id = excluded.end_id, ended_at = excluded.ended_at, ended_by = excluded.ended_by, decision_id = excluded.decision_id, reopened_at = excluded.reopened_at, policy = excluded.policy, category = excluded.category, feedback_up = excluded.feedback_up, feedback_down = excluded.feedback_down, created_at = excluded.created_at, updated_at = excluded.updated_at

-- Projection reviews: written

INSERT INTO offramp_v1.reviews (tenant, thread_id, review_id, log_partition, log_offset, decision_id, at, outcome, by, has_reason)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::text[], $7::timestamptz[], $8::text[], $9::text[], $10::boolean[])
ON CONFLICT (tenant, thread_id, review_id) DO UPDATE SET
  log_partition = excluded.log_partition, log_offset = excluded.log_offset, decision_id = excluded.decision_id, at = excluded.at, outcome = excluded.outcome, by = excluded.by, has_reason = excluded.has_reason

-- Projection decisions: written

INSERT INTO offramp_v1.decisions (tenant, decision_id, thread_id, message_id, log_partition, log_offset, "index", type, at, verdict, because_kind, category, score, threshold, because_message_id, stage, attempts, end_id, ended_by, cause, policy, data, outcome, reviewed_at, overturned_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::bigint[], $7::integer[], $8::text[], $9::timestamptz[], $10::text[], $11::text[], $12::text[], $13::double precision[], $14::double precision[], $15::text[], $16::text[], $17::integer[], $18::text[], $19::text[], $20::text[], $21::text[], $22::jsonb[], $23::text[], $24::timestamptz[], $25::timestamptz[])
ON CONFLICT (tenant, decision_id) DO UPDATE SET
  thread_id = excluded.thread_id, message_id = excluded.message_id, log_partition = excluded.log_partition, log_offset = excluded.log_offset, "index" = excluded."index", type = excluded.type, at = excluded.at, verdict = excluded.verdict, because_kind = excluded.because_kind, category = excluded.category, score = excluded.score, threshold = excluded.threshold, because_message_id = excluded.because_message_id, stage = excluded.stage, attempts = excluded.attempts, end_id = excluded.end_id, ended_by = excluded.ended_by, cause = excluded.cause, policy = excluded.policy, data = excluded.data, outcome = excluded.outcome, reviewed_at = excluded.reviewed_at, overturned_at = excluded.overturned_at

-- Projection guards: written

INSERT INTO offramp_v1.guards (tenant, thread_id, raised_offset, log_partition, raised_at, decision_id, message_id, kind, reported, until, extensions, extended_at, cleared_at, cleared_by, policy)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::timestamptz[], $11::integer[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::text[])
ON CONFLICT (tenant, thread_id, raised_offset) DO UPDATE SET
  log_partition = excluded.log_partition, raised_at = excluded.raised_at, decision_id = excluded.decision_id, message_id = excluded.message_id, kind = excluded.kind, reported = excluded.reported, until = excluded.until, extensions = excluded.extensions, extended_at = excluded.extended_at, cleared_at = excluded.cleared_at, cleared_by = excluded.cleared_by, policy = excluded.policy

-- Projection events: written

INSERT INTO offramp_v1.events (tenant, thread_id, log_partition, log_offset, event_id, type, at, message_id, data)
SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::jsonb[])
ON CONFLICT (tenant, thread_id, log_partition, log_offset) DO UPDATE SET
  event_id = excluded.event_id, type = excluded.type, at = excluded.at, message_id = excluded.message_id, data = excluded.data

-- Projection threads: written

INSERT INTO offramp_v1.threads (tenant, thread_id, log_partition, created_at, updated_at, latest_id, messages, refused, branches, redirecting, warned, ended, reopened, stage, wiped_offset, guard_offset, guard_until, policy, category, feedback_up, feedback_down)
SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::integer[], $8::integer[], $9::integer[], $10::integer[], $11::integer[], $12::integer[], $13::integer[], $14::text[], $15::bigint[], $16::bigint[], $17::timestamptz[], $18::text[], $19::text[], $20::integer[], $21::integer[])
ON CONFLICT (tenant, thread_id) DO UPDATE SET
  log_partition = excluded.log_partition, created_at = excluded.created_at, updated_at = excluded.updated_at, latest_id = excluded.latest_id, messages = excluded.messages, refused = excluded.refused, branches = excluded.branches, redirecting = excluded.redirecting, warned = excluded.warned, ended = excluded.ended, reopened = excluded.reopened, stage = excluded.stage, wiped_offset = excluded.wiped_offset, guard_offset = excluded.guard_offset, guard_until = excluded.guard_until, policy = excluded.policy, category = excluded.category, feedback_up = excluded.feedback_up, feedback_down = excluded.feedback_down

-- Projection tallies: written

INSERT INTO offramp_v1.tallies (tenant, log_partition, name, count)
SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::bigint[])
ON CONFLICT (tenant, log_partition, name) DO UPDATE SET
  count = excluded.count

-- Projection messages: written where they were not asked for

INSERT INTO offramp_v1.messages (tenant, thread_id, message_id, log_partition, log_offset, posted_offset, parent_id, missing_parent_id, branch_id, refused_after, depth, role, posted_at, at, text_length, intent, signal, evidence, harmful, verdict, policy, decision_ids, stage, attempts, end_id, end_offset, ladder_offset, ladder_until_ms, ladder_policy_offset)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::integer[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::bigint[], $16::text[], $17::jsonb[], $18::jsonb[], $19::boolean[], $20::text[], $21::text[], $22::jsonb[], $23::text[], $24::integer[], $25::text[], $26::bigint[], $27::bigint[], $28::bigint[], $29::bigint[])

-- Rebuild: new rows of a table on a server, here threads

COPY offramp_v1.threads ("tenant", "thread_id", "log_partition", "created_at", "updated_at", "latest_id", "messages", "refused", "branches", "redirecting", "warned", "ended", "reopened", "stage", "wiped_offset", "guard_offset", "guard_until", "policy", "category", "feedback_up", "feedback_down") FROM STDIN

-- Projection policies: read before a batch

SELECT t.tenant, t.log_partition, t.log_offset, t.activation_id, t.policy, t.document, t.share, t.applied, t.by, t.has_reason, t.activated_at
FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS k (tenant, log_partition, log_offset)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.policies x WHERE x.tenant = k.tenant AND x.log_partition = k.log_partition AND x.log_offset = k.log_offset LIMIT 1) t

-- Projection ends: read before a batch

SELECT t.tenant, t.thread_id, t.end_id, t.log_partition, t.ended_offset, t.ended_at, t.ended_by, t.decision_id, t.reopened_offset
FROM unnest($1::text[], $2::text[], $3::text[]) AS k (tenant, thread_id, end_id)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.ends x WHERE x.tenant = k.tenant AND x.thread_id = k.thread_id AND x.end_id = k.end_id LIMIT 1) t

-- Projection messages: read before a batch

SELECT t.tenant, t.thread_id, t.message_id, t.log_partition, t.log_offset, t.posted_offset, t.parent_id, t.missing_parent_id, t.branch_id, t.refused_after, t.depth, t.role, t.posted_at, t.at, t.text_length, t.intent, t.signal, t.evidence, t.harmful, t.verdict, t.policy, t.decision_ids, t.stage, t.attempts, t.end_id, t.end_offset, t.ladder_offset, t.ladder_until_ms, t.ladder_policy_offset
FROM unnest($1::text[], $2::text[], $3::text[]) AS k (tenant, thread_id, message_id)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.messages x WHERE x.tenant = k.tenant AND x.thread_id = k.thread_id AND x.message_id = k.message_id LIMIT 1) t

-- Projection feedback: read before a batch

SELECT t.tenant, t.thread_id, t.feedback_id, t.log_partition, t.log_offset, t.at, t.rating, t.message_id, t.decision_id, t.by, t.has_comment, t.policy, t.counts
FROM unnest($1::text[], $2::text[], $3::text[]) AS k (tenant, thread_id, feedback_id)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.feedback x WHERE x.tenant = k.tenant AND x.thread_id = k.thread_id AND x.feedback_id = k.feedback_id LIMIT 1) t

-- Projection branches: read before a batch

SELECT t.tenant, t.thread_id, t.branch_id, t.log_partition, t.forked_from, t.head_id, t.messages, t.stage, t.attempts, t.end_id, t.ended_at, t.ended_by, t.decision_id, t.reopened_at, t.policy, t.category, t.feedback_up, t.feedback_down, t.created_at, t.updated_at
FROM unnest($1::text[], $2::text[], $3::text[]) AS k (tenant, thread_id, branch_id)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.branches x WHERE x.tenant = k.tenant AND x.thread_id = k.thread_id AND x.branch_id = k.branch_id LIMIT 1) t

-- Projection reviews: read before a batch

SELECT t.tenant, t.thread_id, t.review_id, t.log_partition, t.log_offset, t.decision_id, t.at, t.outcome, t.by, t.has_reason
FROM unnest($1::text[], $2::text[], $3::text[]) AS k (tenant, thread_id, review_id)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.reviews x WHERE x.tenant = k.tenant AND x.thread_id = k.thread_id AND x.review_id = k.review_id LIMIT 1) t

-- Projection decisions: read before a batch

SELECT t.tenant, t.decision_id, t.thread_id, t.message_id, t.log_partition, t.log_offset, t."index", t.type, t.at, t.verdict, t.because_kind, t.category, t.score, t.threshold, t.because_message_id, t.stage, t.attempts, t.end_id, t.ended_by, t.cause, t.policy, t.data, t.outcome, t.reviewed_at, t.overturned_at
FROM unnest($1::text[], $2::text[]) AS k (tenant, decision_id)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.decisions x WHERE x.tenant = k.tenant AND x.decision_id = k.decision_id LIMIT 1) t

-- Projection guards: read before a batch

SELECT t.tenant, t.thread_id, t.raised_offset, t.log_partition, t.raised_at, t.decision_id, t.message_id, t.kind, t.reported, t.until, t.extensions, t.extended_at, t.cleared_at, t.cleared_by, t.policy
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS k (tenant, thread_id, raised_offset)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.guards x WHERE x.tenant = k.tenant AND x.thread_id = k.thread_id AND x.raised_offset = k.raised_offset LIMIT 1) t

-- Projection events: read before a batch

SELECT t.tenant, t.thread_id, t.log_partition, t.log_offset, t.event_id, t.type, t.at, t.message_id, t.data
FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[]) AS k (tenant, thread_id, log_partition, log_offset)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.events x WHERE x.tenant = k.tenant AND x.thread_id = k.thread_id AND x.log_partition = k.log_partition AND x.log_offset = k.log_offset LIMIT 1) t

-- Projection threads: read before a batch

SELECT t.tenant, t.thread_id, t.log_partition, t.created_at, t.updated_at, t.latest_id, t.messages, t.refused, t.branches, t.redirecting, t.warned, t.ended, t.reopened, t.stage, t.wiped_offset, t.guard_offset, t.guard_until, t.policy, t.category, t.feedback_up, t.feedback_down
FROM unnest($1::text[], $2::text[]) AS k (tenant, thread_id)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.threads x WHERE x.tenant = k.tenant AND x.thread_id = k.thread_id LIMIT 1) t

-- Projection tallies: read before a batch

SELECT t.tenant, t.log_partition, t.name, t.count
FROM unnest($1::text[], $2::integer[], $3::text[]) AS k (tenant, log_partition, name)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.tallies x WHERE x.tenant = k.tenant AND x.log_partition = k.log_partition AND x.name = k.name LIMIT 1) t

-- Projection branches: found

SELECT t.tenant, t.thread_id, t.branch_id, t.log_partition, t.forked_from, t.head_id, t.messages, t.stage, t.attempts, t.end_id, t.ended_at, t.ended_by, t.decision_id, t.reopened_at, t.policy, t.category, t.feedback_up, t.feedback_down, t.created_at, t.updated_at
FROM unnest($1::text[], $2::text[]) AS k (tenant, thread_id)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.branches x WHERE x.tenant = k.tenant AND x.thread_id = k.thread_id AND x.stage <> 'clear' OFFSET 0) t

-- Projection policies: found

SELECT t.tenant, t.log_partition, t.log_offset, t.activation_id, t.policy, t.document, t.share, t.applied, t.by, t.has_reason, t.activated_at
FROM unnest($1::text[], $2::integer[]) AS k (tenant, log_partition)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.policies x WHERE x.tenant = k.tenant AND x.log_partition = k.log_partition OFFSET 0) t

-- Projection feedback: found

SELECT t.tenant, t.thread_id, t.feedback_id, t.log_partition, t.log_offset, t.at, t.rating, t.message_id, t.decision_id, t.by, t.has_comment, t.policy, t.counts
FROM unnest($1::text[], $2::text[], $3::text[]) AS k (tenant, thread_id, by)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.feedback x WHERE x.tenant = k.tenant AND x.thread_id = k.thread_id AND x.by = k.by AND x.counts LIMIT 1) t

-- Projection tallies: found

SELECT t.tenant, t.log_partition, t.name, t.count
FROM unnest($1::text[], $2::integer[]) AS k (tenant, log_partition)
CROSS JOIN LATERAL (SELECT * FROM offramp_v1.tallies x WHERE x.tenant = k.tenant AND x.log_partition = k.log_partition OFFSET 0) t

-- Contents: expire

DELETE FROM offramp_v1.contents WHERE (tenant, thread_id, event_id, kind) IN (
  SELECT tenant, thread_id, event_id, kind FROM offramp_v1.contents
  WHERE kind = ANY ($1::text[]) AND stored_at < $2::timestamptz AND text IS NOT NULL
  ORDER BY stored_at LIMIT $3
)

-- Contents: forget messages

UPDATE offramp_v1.contents SET text = NULL
WHERE tenant = $1 AND thread_id = $2 AND message_id = ANY ($3::text[]) AND text IS NOT NULL

-- Contents: forget thread

UPDATE offramp_v1.contents SET text = NULL WHERE tenant = $1 AND thread_id = $2 AND text IS NOT NULL

-- Contents: remember forgotten

INSERT INTO offramp_v1.forgotten AS f (tenant, thread_id, message_id, forgotten_at, by)
SELECT DISTINCT $1, $2, m.id, $4::timestamptz, $5 FROM unnest($3::text[]) AS m (id)
ON CONFLICT (tenant, thread_id, message_id)
DO UPDATE SET forgotten_at = greatest(f.forgotten_at, excluded.forgotten_at)

-- Contents: store

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
ON CONFLICT DO NOTHING

-- List threads by -createdAt

SELECT
  x.thread_id AS "threadId",
  x.stage AS "stage",
  x.messages AS "messages",
  x.refused AS "refused",
  x.branches AS "branches",
  x.ended AS "endedBranches",
  x.reopened AS "reopened",
  coalesce(x.guard_until > now(), false) AS "guarded",
  x.guard_until AS "guardUntil",
  x.feedback_up AS "feedbackUp",
  x.feedback_down AS "feedbackDown",
  x.policy AS "policy",
  x.category AS "category",
  x.created_at AS "createdAt",
  x.updated_at AS "updatedAt"
FROM offramp_v1.threads x
WHERE x.tenant = $1
  AND (x.created_at, x.thread_id) < ($2::timestamptz, $3::text)
ORDER BY x.created_at DESC, x.thread_id DESC
LIMIT $4::integer

-- List threads by createdAt

SELECT
  x.thread_id AS "threadId",
  x.stage AS "stage",
  x.messages AS "messages",
  x.refused AS "refused",
  x.branches AS "branches",
  x.ended AS "endedBranches",
  x.reopened AS "reopened",
  coalesce(x.guard_until > now(), false) AS "guarded",
  x.guard_until AS "guardUntil",
  x.feedback_up AS "feedbackUp",
  x.feedback_down AS "feedbackDown",
  x.policy AS "policy",
  x.category AS "category",
  x.created_at AS "createdAt",
  x.updated_at AS "updatedAt"
FROM offramp_v1.threads x
WHERE x.tenant = $1
  AND (x.created_at, x.thread_id) > ($2::timestamptz, $3::text)
ORDER BY x.created_at ASC, x.thread_id ASC
LIMIT $4::integer

-- List threads: the condition of each filter

-- stage: x.stage = $n::text
-- thread: x.thread_id = $n::text
-- guard=true: x.guard_until > now()
-- guard=false: (x.guard_until IS NULL OR x.guard_until <= now())
-- since: x.created_at >= $n::timestamptz
-- before: x.created_at < $n::timestamptz
-- endedBy: x.thread_id IN (SELECT b.thread_id FROM offramp_v1.branches b WHERE b.tenant = $1 AND b.ended_by = $n::text)
-- policy: x.policy = $n::text
-- category: x.category = $n::text
-- feedback=true: x.feedback_up + x.feedback_down > 0
-- feedback=false: x.feedback_up + x.feedback_down = 0
-- feedback=up: x.feedback_up + x.feedback_down > 0 AND x.feedback_up > 0
-- feedback=down: x.feedback_up + x.feedback_down > 0 AND x.feedback_down > 0

-- List branches by -createdAt

SELECT
  x.thread_id AS "threadId",
  x.branch_id AS "branchId",
  x.forked_from AS "forkedFrom",
  x.head_id AS "headId",
  x.messages AS "messages",
  x.stage AS "stage",
  x.attempts AS "attempts",
  x.ended_at AS "endedAt",
  x.ended_by AS "endedBy",
  x.decision_id AS "decisionId",
  x.reopened_at AS "reopenedAt",
  (SELECT t.guard_until FROM offramp_v1.threads t WHERE t.tenant = x.tenant AND t.thread_id = x.thread_id) AS "guardUntil",
  x.policy AS "policy",
  x.category AS "category",
  x.feedback_up AS "feedbackUp",
  x.feedback_down AS "feedbackDown",
  x.created_at AS "createdAt",
  x.updated_at AS "updatedAt"
FROM offramp_v1.branches x
WHERE x.tenant = $1
  AND (x.created_at, x.thread_id, x.branch_id) < ($2::timestamptz, $3::text, $4::text)
ORDER BY x.created_at DESC, x.thread_id DESC, x.branch_id DESC
LIMIT $5::integer

-- List branches by createdAt

SELECT
  x.thread_id AS "threadId",
  x.branch_id AS "branchId",
  x.forked_from AS "forkedFrom",
  x.head_id AS "headId",
  x.messages AS "messages",
  x.stage AS "stage",
  x.attempts AS "attempts",
  x.ended_at AS "endedAt",
  x.ended_by AS "endedBy",
  x.decision_id AS "decisionId",
  x.reopened_at AS "reopenedAt",
  (SELECT t.guard_until FROM offramp_v1.threads t WHERE t.tenant = x.tenant AND t.thread_id = x.thread_id) AS "guardUntil",
  x.policy AS "policy",
  x.category AS "category",
  x.feedback_up AS "feedbackUp",
  x.feedback_down AS "feedbackDown",
  x.created_at AS "createdAt",
  x.updated_at AS "updatedAt"
FROM offramp_v1.branches x
WHERE x.tenant = $1
  AND (x.created_at, x.thread_id, x.branch_id) > ($2::timestamptz, $3::text, $4::text)
ORDER BY x.created_at ASC, x.thread_id ASC, x.branch_id ASC
LIMIT $5::integer

-- List branches by -endedAt

SELECT
  x.thread_id AS "threadId",
  x.branch_id AS "branchId",
  x.forked_from AS "forkedFrom",
  x.head_id AS "headId",
  x.messages AS "messages",
  x.stage AS "stage",
  x.attempts AS "attempts",
  x.ended_at AS "endedAt",
  x.ended_by AS "endedBy",
  x.decision_id AS "decisionId",
  x.reopened_at AS "reopenedAt",
  (SELECT t.guard_until FROM offramp_v1.threads t WHERE t.tenant = x.tenant AND t.thread_id = x.thread_id) AS "guardUntil",
  x.policy AS "policy",
  x.category AS "category",
  x.feedback_up AS "feedbackUp",
  x.feedback_down AS "feedbackDown",
  x.created_at AS "createdAt",
  x.updated_at AS "updatedAt"
FROM offramp_v1.branches x
WHERE x.tenant = $1
  AND x.ended_at IS NOT NULL
  AND (x.ended_at, x.thread_id, x.branch_id) < ($2::timestamptz, $3::text, $4::text)
ORDER BY x.ended_at DESC, x.thread_id DESC, x.branch_id DESC
LIMIT $5::integer

-- List branches by endedAt

SELECT
  x.thread_id AS "threadId",
  x.branch_id AS "branchId",
  x.forked_from AS "forkedFrom",
  x.head_id AS "headId",
  x.messages AS "messages",
  x.stage AS "stage",
  x.attempts AS "attempts",
  x.ended_at AS "endedAt",
  x.ended_by AS "endedBy",
  x.decision_id AS "decisionId",
  x.reopened_at AS "reopenedAt",
  (SELECT t.guard_until FROM offramp_v1.threads t WHERE t.tenant = x.tenant AND t.thread_id = x.thread_id) AS "guardUntil",
  x.policy AS "policy",
  x.category AS "category",
  x.feedback_up AS "feedbackUp",
  x.feedback_down AS "feedbackDown",
  x.created_at AS "createdAt",
  x.updated_at AS "updatedAt"
FROM offramp_v1.branches x
WHERE x.tenant = $1
  AND x.ended_at IS NOT NULL
  AND (x.ended_at, x.thread_id, x.branch_id) > ($2::timestamptz, $3::text, $4::text)
ORDER BY x.ended_at ASC, x.thread_id ASC, x.branch_id ASC
LIMIT $5::integer

-- List branches: the condition of each filter

-- stage: x.stage = $n::text
-- thread: x.thread_id = $n::text
-- guard=true: x.thread_id IN (SELECT t.thread_id FROM offramp_v1.threads t WHERE t.tenant = $1 AND t.guard_until > now())
-- guard=false: x.thread_id NOT IN (SELECT t.thread_id FROM offramp_v1.threads t WHERE t.tenant = $1 AND t.guard_until > now())
-- since: x.created_at >= $n::timestamptz
-- before: x.created_at < $n::timestamptz
-- endedBy: x.ended_by = $n::text
-- policy: x.policy = $n::text
-- category: x.category = $n::text
-- feedback=true: x.feedback_up + x.feedback_down > 0
-- feedback=false: x.feedback_up + x.feedback_down = 0
-- feedback=up: x.feedback_up + x.feedback_down > 0 AND x.feedback_up > 0
-- feedback=down: x.feedback_up + x.feedback_down > 0 AND x.feedback_down > 0

-- List decisions by -at

SELECT
  x.decision_id AS "decisionId",
  x.thread_id AS "threadId",
  x.message_id AS "messageId",
  x.log_partition || ':' || x.log_offset AS "position",
  x.index AS "index",
  x.type AS "type",
  x.at AS "at",
  x.verdict AS "verdict",
  x.because_kind AS "becauseKind",
  x.category AS "category",
  x.score AS "score",
  x.threshold AS "threshold",
  x.because_message_id AS "becauseMessageId",
  x.stage AS "stage",
  x.attempts AS "attempts",
  x.end_id AS "endId",
  x.ended_by AS "endedBy",
  x.cause AS "cause",
  x.policy AS "policy",
  x.outcome AS "outcome",
  x.reviewed_at AS "reviewedAt",
  x.overturned_at AS "overturnedAt",
  x.data AS "data"
FROM offramp_v1.decisions x
WHERE x.tenant = $1
  AND (x.at, x.log_partition, x.log_offset, x.index) < ($2::timestamptz, $3::integer, $4::bigint, $5::integer)
ORDER BY x.at DESC, x.log_partition DESC, x.log_offset DESC, x.index DESC
LIMIT $6::integer

-- List decisions by at

SELECT
  x.decision_id AS "decisionId",
  x.thread_id AS "threadId",
  x.message_id AS "messageId",
  x.log_partition || ':' || x.log_offset AS "position",
  x.index AS "index",
  x.type AS "type",
  x.at AS "at",
  x.verdict AS "verdict",
  x.because_kind AS "becauseKind",
  x.category AS "category",
  x.score AS "score",
  x.threshold AS "threshold",
  x.because_message_id AS "becauseMessageId",
  x.stage AS "stage",
  x.attempts AS "attempts",
  x.end_id AS "endId",
  x.ended_by AS "endedBy",
  x.cause AS "cause",
  x.policy AS "policy",
  x.outcome AS "outcome",
  x.reviewed_at AS "reviewedAt",
  x.overturned_at AS "overturnedAt",
  x.data AS "data"
FROM offramp_v1.decisions x
WHERE x.tenant = $1
  AND (x.at, x.log_partition, x.log_offset, x.index) > ($2::timestamptz, $3::integer, $4::bigint, $5::integer)
ORDER BY x.at ASC, x.log_partition ASC, x.log_offset ASC, x.index ASC
LIMIT $6::integer

-- List decisions: the condition of each filter

-- type: x.type = $n::text
-- thread: x.thread_id = $n::text
-- message: x.message_id = $n::text
-- category: x.category = $n::text
-- policy: x.policy = $n::text
-- since: x.at >= $n::timestamptz
-- before: x.at < $n::timestamptz
-- stage: x.stage = $n::text
-- endedBy: x.ended_by = $n::text
-- outcome: x.outcome = $n::text

-- List endings by -endedAt

SELECT
  x.decision_id AS "decisionId",
  x.thread_id AS "threadId",
  x.end_id AS "endId",
  x.at AS "endedAt",
  x.ended_by AS "endedBy",
  x.category AS "category",
  x.score AS "score",
  x.threshold AS "threshold",
  x.policy AS "policy",
  (SELECT count(*)::integer FROM offramp_v1.feedback f WHERE f.tenant = x.tenant AND f.decision_id = x.decision_id AND f.thread_id = x.thread_id AND f.counts AND f.rating = 'up') AS "feedbackUp",
  (SELECT count(*)::integer FROM offramp_v1.feedback f WHERE f.tenant = x.tenant AND f.decision_id = x.decision_id AND f.thread_id = x.thread_id AND f.counts AND f.rating = 'down') AS "feedbackDown",
  x.outcome AS "outcome",
  x.reviewed_at AS "reviewedAt",
  x.overturned_at AS "overturnedAt",
  x.log_partition || ':' || x.log_offset AS "position",
  x.index AS "index"
FROM offramp_v1.decisions x
WHERE x.tenant = $1
  AND x.type = 'ConversationEnded'
  AND (x.at, x.log_partition, x.log_offset, x.index) < ($2::timestamptz, $3::integer, $4::bigint, $5::integer)
ORDER BY x.at DESC, x.log_partition DESC, x.log_offset DESC, x.index DESC
LIMIT $6::integer

-- List endings by endedAt

SELECT
  x.decision_id AS "decisionId",
  x.thread_id AS "threadId",
  x.end_id AS "endId",
  x.at AS "endedAt",
  x.ended_by AS "endedBy",
  x.category AS "category",
  x.score AS "score",
  x.threshold AS "threshold",
  x.policy AS "policy",
  (SELECT count(*)::integer FROM offramp_v1.feedback f WHERE f.tenant = x.tenant AND f.decision_id = x.decision_id AND f.thread_id = x.thread_id AND f.counts AND f.rating = 'up') AS "feedbackUp",
  (SELECT count(*)::integer FROM offramp_v1.feedback f WHERE f.tenant = x.tenant AND f.decision_id = x.decision_id AND f.thread_id = x.thread_id AND f.counts AND f.rating = 'down') AS "feedbackDown",
  x.outcome AS "outcome",
  x.reviewed_at AS "reviewedAt",
  x.overturned_at AS "overturnedAt",
  x.log_partition || ':' || x.log_offset AS "position",
  x.index AS "index"
FROM offramp_v1.decisions x
WHERE x.tenant = $1
  AND x.type = 'ConversationEnded'
  AND (x.at, x.log_partition, x.log_offset, x.index) > ($2::timestamptz, $3::integer, $4::bigint, $5::integer)
ORDER BY x.at ASC, x.log_partition ASC, x.log_offset ASC, x.index ASC
LIMIT $6::integer

-- List endings: the condition of each filter

-- thread: x.thread_id = $n::text
-- endedBy: x.ended_by = $n::text
-- category: x.category = $n::text
-- policy: x.policy = $n::text
-- reviewed=true: x.outcome IS NOT NULL
-- reviewed=false: x.outcome IS NULL
-- outcome: x.outcome = $n::text
-- feedback=true: (x.decision_id, x.thread_id) IN (SELECT f.decision_id, f.thread_id FROM offramp_v1.feedback f WHERE f.tenant = $1 AND f.counts AND f.decision_id IS NOT NULL )
-- feedback=false: (x.decision_id, x.thread_id) NOT IN (SELECT f.decision_id, f.thread_id FROM offramp_v1.feedback f WHERE f.tenant = $1 AND f.counts AND f.decision_id IS NOT NULL )
-- feedback=up: (x.decision_id, x.thread_id) IN (SELECT f.decision_id, f.thread_id FROM offramp_v1.feedback f WHERE f.tenant = $1 AND f.counts AND f.decision_id IS NOT NULL AND f.rating = 'up')
-- feedback=down: (x.decision_id, x.thread_id) IN (SELECT f.decision_id, f.thread_id FROM offramp_v1.feedback f WHERE f.tenant = $1 AND f.counts AND f.decision_id IS NOT NULL AND f.rating = 'down')
-- since: x.at >= $n::timestamptz
-- before: x.at < $n::timestamptz

-- List feedback by -at

SELECT
  x.feedback_id AS "feedbackId",
  x.thread_id AS "threadId",
  x.message_id AS "messageId",
  x.decision_id AS "decisionId",
  x.rating AS "rating",
  x.by AS "by",
  x.counts AS "counts",
  c.text AS "comment",
  x.policy AS "policy",
  x.at AS "at",
  x.log_partition || ':' || x.log_offset AS "position"
FROM offramp_v1.feedback x LEFT JOIN offramp_v1.contents c ON c.tenant = x.tenant AND c.thread_id = x.thread_id AND c.event_id = x.feedback_id AND c.kind = 'comment'
WHERE x.tenant = $1
  AND (x.at, x.thread_id, x.feedback_id) < ($2::timestamptz, $3::text, $4::text)
ORDER BY x.at DESC, x.thread_id DESC, x.feedback_id DESC
LIMIT $5::integer

-- List feedback by at

SELECT
  x.feedback_id AS "feedbackId",
  x.thread_id AS "threadId",
  x.message_id AS "messageId",
  x.decision_id AS "decisionId",
  x.rating AS "rating",
  x.by AS "by",
  x.counts AS "counts",
  c.text AS "comment",
  x.policy AS "policy",
  x.at AS "at",
  x.log_partition || ':' || x.log_offset AS "position"
FROM offramp_v1.feedback x LEFT JOIN offramp_v1.contents c ON c.tenant = x.tenant AND c.thread_id = x.thread_id AND c.event_id = x.feedback_id AND c.kind = 'comment'
WHERE x.tenant = $1
  AND (x.at, x.thread_id, x.feedback_id) > ($2::timestamptz, $3::text, $4::text)
ORDER BY x.at ASC, x.thread_id ASC, x.feedback_id ASC
LIMIT $5::integer

-- List feedback: the condition of each filter

-- rating: x.rating = $n::text
-- thread: x.thread_id = $n::text
-- decision: x.decision_id = $n::text
-- since: x.at >= $n::timestamptz
-- before: x.at < $n::timestamptz
-- message: x.message_id = $n::text
-- by: x.by = $n::text
-- policy: x.policy = $n::text
-- counts: x.counts = $n::boolean

-- List messages by position

SELECT
  x.thread_id AS "threadId",
  x.message_id AS "messageId",
  x.parent_id AS "parentId",
  x.missing_parent_id AS "missingParentId",
  x.branch_id AS "branchId",
  x.role AS "role",
  x.depth AS "depth",
  (SELECT c.text FROM offramp_v1.contents c WHERE c.tenant = x.tenant AND c.thread_id = x.thread_id AND c.message_id = x.message_id AND c.kind = 'message' LIMIT 1) AS "text",
  x.text_length::double precision AS "textLength",
  coalesce(x.verdict, 'continue') AS "verdict",
  x.stage AS "stage",
  x.attempts AS "attempts",
  x.harmful AS "harmful",
  x.refused_after IS NOT NULL AS "refused",
  x.intent AS "intent",
  x.signal AS "signal",
  x.evidence AS "evidence",
  x.decision_ids AS "decisionIds",
  x.policy AS "policy",
  x.posted_at AS "postedAt",
  x.at AS "at",
  x.log_partition || ':' || x.log_offset AS "position"
FROM offramp_v1.messages x
WHERE x.tenant = $1
  AND (x.log_offset) > ($2::bigint)
ORDER BY x.log_offset ASC
LIMIT $3::integer

-- List messages: the condition of each filter

-- thread: x.thread_id = $n::text

-- List reviews by position

SELECT
  x.review_id AS "reviewId",
  x.thread_id AS "threadId",
  x.decision_id AS "decisionId",
  x.outcome AS "outcome",
  x.by AS "by",
  c.text AS "reason",
  x.at AS "at",
  x.log_partition || ':' || x.log_offset AS "position"
FROM offramp_v1.reviews x LEFT JOIN offramp_v1.contents c ON c.tenant = x.tenant AND c.thread_id = x.thread_id AND c.event_id = x.review_id AND c.kind = 'review-reason'
WHERE x.tenant = $1
  AND (x.log_offset) > ($2::bigint)
ORDER BY x.log_offset ASC
LIMIT $3::integer

-- List reviews: the condition of each filter

-- thread: x.thread_id = $n::text

-- List guards by position

SELECT
  x.thread_id AS "threadId",
  x.raised_at AS "raisedAt",
  x.kind AS "kind",
  x.reported AS "reported",
  x.message_id AS "messageId",
  x.until AS "until",
  x.extensions AS "extensions",
  x.extended_at AS "extendedAt",
  x.cleared_at AS "clearedAt",
  x.cleared_by AS "clearedBy",
  x.decision_id AS "decisionId",
  x.policy AS "policy",
  x.log_partition || ':' || x.raised_offset AS "position"
FROM offramp_v1.guards x
WHERE x.tenant = $1
  AND (x.raised_offset) > ($2::bigint)
ORDER BY x.raised_offset ASC
LIMIT $3::integer

-- List guards: the condition of each filter

-- thread: x.thread_id = $n::text

-- One thread

SELECT
  x.thread_id AS "threadId",
  x.stage AS "stage",
  x.messages AS "messages",
  x.refused AS "refused",
  x.branches AS "branches",
  x.ended AS "endedBranches",
  x.reopened AS "reopened",
  coalesce(x.guard_until > now(), false) AS "guarded",
  x.guard_until AS "guardUntil",
  x.feedback_up AS "feedbackUp",
  x.feedback_down AS "feedbackDown",
  x.policy AS "policy",
  x.category AS "category",
  x.created_at AS "createdAt",
  x.updated_at AS "updatedAt"
FROM offramp_v1.threads x WHERE x.tenant = $1 AND x.thread_id = $2

-- One decision

SELECT
  x.decision_id AS "decisionId",
  x.thread_id AS "threadId",
  x.message_id AS "messageId",
  x.log_partition || ':' || x.log_offset AS "position",
  x.index AS "index",
  x.type AS "type",
  x.at AS "at",
  x.verdict AS "verdict",
  x.because_kind AS "becauseKind",
  x.category AS "category",
  x.score AS "score",
  x.threshold AS "threshold",
  x.because_message_id AS "becauseMessageId",
  x.stage AS "stage",
  x.attempts AS "attempts",
  x.end_id AS "endId",
  x.ended_by AS "endedBy",
  x.cause AS "cause",
  x.policy AS "policy",
  x.outcome AS "outcome",
  x.reviewed_at AS "reviewedAt",
  x.overturned_at AS "overturnedAt",
  x.data AS "data"
FROM offramp_v1.decisions x WHERE x.tenant = $1 AND x.decision_id = $2

-- Timeline: the events

WITH page AS (
  SELECT log_offset, log_partition, message_id FROM offramp_v1.messages
  WHERE tenant = $1 AND thread_id = $2 AND log_offset > $3
  UNION ALL
  SELECT log_offset, log_partition, NULL FROM offramp_v1.events
  WHERE tenant = $1 AND thread_id = $2 AND log_offset > $3
  ORDER BY log_offset LIMIT $4
)
SELECT p.log_offset::double precision AS "offset", p.log_partition || ':' || p.log_offset AS position,
  y.type, y.at, y.message_id AS "messageId", y.text, y.data
FROM page p CROSS JOIN LATERAL (
  SELECT 'MessagePosted' AS type, x.posted_at AS at, x.message_id, (SELECT c.text FROM offramp_v1.contents c WHERE c.tenant = x.tenant AND c.thread_id = x.thread_id AND c.message_id = x.message_id AND c.kind = 'message' LIMIT 1) AS text, jsonb_strip_nulls(jsonb_build_object(
    'parentId', x.parent_id, 'missingParentId', x.missing_parent_id, 'branchId', x.branch_id, 'role', x.role,
    'textLength', x.text_length, 'intent', x.intent, 'signal', x.signal, 'evidence', x.evidence,
    'verdict', coalesce(x.verdict, 'continue'), 'stage', x.stage, 'attempts', x.attempts,
    'harmful', x.harmful, 'refused', x.refused_after IS NOT NULL
  )) AS data
  FROM offramp_v1.messages x
  WHERE x.tenant = $1 AND x.thread_id = $2 AND x.message_id = p.message_id
  UNION ALL
  SELECT x.type, x.at, x.message_id, c.text, x.data
  FROM offramp_v1.events x LEFT JOIN offramp_v1.contents c ON c.tenant = x.tenant AND c.thread_id = x.thread_id AND c.event_id = x.event_id AND c.kind = CASE x.type WHEN 'FeedbackGiven' THEN 'comment' WHEN 'ReviewRecorded' THEN 'review-reason' END
  WHERE p.message_id IS NULL AND x.tenant = $1 AND x.thread_id = $2
    AND x.log_partition = p.log_partition AND x.log_offset = p.log_offset
) y ORDER BY p.log_offset

-- Timeline: what was decided

SELECT
  x.log_offset::double precision AS "offset",
  x.decision_id AS "decisionId",
  x.thread_id AS "threadId",
  x.message_id AS "messageId",
  x.log_partition || ':' || x.log_offset AS "position",
  x.index AS "index",
  x.type AS "type",
  x.at AS "at",
  x.verdict AS "verdict",
  x.because_kind AS "becauseKind",
  x.category AS "category",
  x.score AS "score",
  x.threshold AS "threshold",
  x.because_message_id AS "becauseMessageId",
  x.stage AS "stage",
  x.attempts AS "attempts",
  x.end_id AS "endId",
  x.ended_by AS "endedBy",
  x.cause AS "cause",
  x.policy AS "policy",
  x.outcome AS "outcome",
  x.reviewed_at AS "reviewedAt",
  x.overturned_at AS "overturnedAt",
  x.data AS "data"
FROM offramp_v1.decisions x
WHERE x.tenant = $1 AND x.thread_id = $2 AND x.log_offset > $3 AND x.log_offset <= $4
ORDER BY x.log_offset, x.index

-- Explanation: the line

SELECT
  x.thread_id AS "threadId",
  x.branch_id AS "branchId",
  x.forked_from AS "forkedFrom",
  x.head_id AS "headId",
  x.messages AS "messages",
  x.stage AS "stage",
  x.attempts AS "attempts",
  x.ended_at AS "endedAt",
  x.ended_by AS "endedBy",
  x.decision_id AS "decisionId",
  x.reopened_at AS "reopenedAt",
  (SELECT t.guard_until FROM offramp_v1.threads t WHERE t.tenant = x.tenant AND t.thread_id = x.thread_id) AS "guardUntil",
  x.policy AS "policy",
  x.category AS "category",
  x.feedback_up AS "feedbackUp",
  x.feedback_down AS "feedbackDown",
  x.created_at AS "createdAt",
  x.updated_at AS "updatedAt"
FROM offramp_v1.branches x WHERE x.tenant = $1 AND x.thread_id = $2 AND x.branch_id = $3

-- Explanation: its messages

WITH RECURSIVE line AS (
  SELECT m.* FROM offramp_v1.messages m WHERE m.tenant = $1 AND m.thread_id = $2 AND m.message_id = $3
  UNION ALL
  SELECT m.* FROM line l JOIN offramp_v1.messages m
    ON m.tenant = l.tenant AND m.thread_id = l.thread_id AND m.message_id = l.parent_id
)
SELECT x.message_id AS "messageId", x.role, x.log_partition || ':' || x.log_offset AS position,
  x.posted_at AS "postedAt", coalesce(x.verdict, 'continue') AS verdict, x.stage, x.attempts, x.harmful, x.evidence,
  x.policy
FROM line x WHERE x.harmful OR x.decision_ids IS NOT NULL ORDER BY x.log_offset

-- Explanation: what was decided

SELECT
  x.decision_id AS "decisionId",
  x.thread_id AS "threadId",
  x.message_id AS "messageId",
  x.log_partition || ':' || x.log_offset AS "position",
  x.index AS "index",
  x.type AS "type",
  x.at AS "at",
  x.verdict AS "verdict",
  x.because_kind AS "becauseKind",
  x.category AS "category",
  x.score AS "score",
  x.threshold AS "threshold",
  x.because_message_id AS "becauseMessageId",
  x.stage AS "stage",
  x.attempts AS "attempts",
  x.end_id AS "endId",
  x.ended_by AS "endedBy",
  x.cause AS "cause",
  x.policy AS "policy",
  x.outcome AS "outcome",
  x.reviewed_at AS "reviewedAt",
  x.overturned_at AS "overturnedAt",
  x.data AS "data"
FROM offramp_v1.decisions x WHERE x.tenant = $1 AND x.thread_id = $2
  AND (x.message_id = ANY ($3::text[])
    OR x.type IN ('GuardRaised', 'GuardExtended', 'GuardCleared', 'ConversationReopened'))
ORDER BY x.log_offset, x.index

-- Explanation: the policies that were activated

SELECT p.policy AS id, p.document, p.share
FROM offramp_v1.policies p JOIN offramp_v1.threads t ON t.tenant = p.tenant AND t.log_partition = p.log_partition
WHERE p.tenant = $1 AND t.thread_id = $2 AND p.applied ORDER BY p.log_offset DESC

-- Statistics: what was counted

SELECT name, sum(count)::double precision AS count FROM offramp_v1.tallies WHERE tenant = $1 GROUP BY name ORDER BY name

-- Statistics: the guards that are up now

SELECT count(*)::double precision AS count FROM offramp_v1.threads WHERE tenant = $1 AND guard_until > now()

-- Policies

SELECT activation_id AS "activationId", min(policy) AS policy, min(share) AS share, min(by) AS by,
  count(DISTINCT log_partition)::integer AS partitions, bool_and(applied) AS applied, min(activated_at) AS "activatedAt",
  (array_agg(document))[1] AS document,
  string_agg(log_partition || ':' || log_offset, ',' ORDER BY log_partition) AS position
FROM offramp_v1.policies WHERE tenant = $1 GROUP BY activation_id ORDER BY min(activated_at) DESC, activation_id

-- Endings by category

SELECT category, endings::integer, reviewed::integer, upheld::integer, overturned::integer
FROM offramp.overturned_by_category WHERE tenant = $1 ORDER BY category

-- Export: the views that there are

SELECT c.relname AS view, a.attname AS name, format_type(a.atttypid, NULL) AS type
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = 'offramp' AND c.relkind = 'v'
ORDER BY c.relname COLLATE "C", a.attnum

-- Export: its moment

SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
  coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), false) AS "mayKnow"
FROM (SELECT 1) one LEFT JOIN pg_namespace n ON n.nspname = 'offramp_v1'
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'cursors'

-- Rebuild: all cursors

SELECT log_partition, epoch, next_offset, next_decision, time_ms FROM offramp_v1.cursors WHERE stream = 'events'
ORDER BY log_partition

-- Rebuild: delete

DELETE FROM offramp_v1.rebuilds

-- Rebuild: new

INSERT INTO offramp_v1.rebuilds (id, state, projection, owner, events, started_at, updated_at)
VALUES (1, 'filling', $1, $2, 0, now(), now())

-- Rebuild: own

UPDATE offramp_v1.rebuilds SET owner = $1, updated_at = now() WHERE id = 1 AND state = $2

-- Rebuild: row

SELECT state, projection, owner, events::double precision AS events, rate, started_at AS "startedAt",
  updated_at AS "updatedAt", report
FROM offramp_v1.rebuilds WHERE id = 1

-- Rebuild: state

UPDATE offramp_v1.rebuilds SET state = $2, report = coalesce($3::jsonb, report), updated_at = now()
WHERE id = 1 AND state = ANY ($1::text[])

-- Rebuild: step

UPDATE offramp_v1.rebuilds SET events = events + $3, rate = coalesce($4::double precision, rate), updated_at = now()
WHERE id = 1 AND owner = $1 AND state = $2

-- Rebuild: take

UPDATE offramp_v1.rebuilds SET state = 'filling', owner = $1, report = NULL, updated_at = now() WHERE id = 1

-- Parked threads of a partition

SELECT tenant, thread_id FROM offramp_v1.parked_threads WHERE log_partition = $1

-- A thread is parked

INSERT INTO offramp_v1.parked_threads (log_partition, tenant, thread_id, log_offset, since, cause)
VALUES ($1, $2, $3, $4, now(), $5)

-- Entries are held

INSERT INTO offramp_v1.parked_entries (log_partition, tenant, thread_id, log_offset, time_ms, entry)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[])

-- An activation of a policy is held

UPDATE offramp_v1.projection_versions SET version = -1

-- Parked: actions

SELECT action, topic, position, at, by, reason FROM offramp_v1.parked_actions
WHERE tenant = $1 AND thread_id = $2 ORDER BY id

-- Parked: action

INSERT INTO offramp_v1.parked_actions (at, action, tenant, thread_id, topic, position, by, reason)
VALUES (now(), $1, $2, $3, $4, $5, $6, $7)

-- Parked: let go

DELETE FROM offramp_v1.parked_entries WHERE tenant = $1 AND thread_id = $2 AND log_partition = $3 AND log_offset <= $4

-- Parked: parked count

SELECT ((SELECT count(*) FROM offramp_v1.parked_threads) + (SELECT count(*) FROM offramp_v1.parked_content_threads))
  ::double precision AS count

-- Parked: parked list

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
) AS parked ORDER BY since, tenant, thread_id, topic, log_partition

-- Parked: parked thread

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
) AS parked WHERE tenant = $1 AND thread_id = $2 ORDER BY topic DESC, log_partition

-- Parked: quarantined

SELECT log_partition AS partition, log_offset::double precision AS "offset", at, cause FROM offramp_v1.decisions
WHERE tenant = $1 AND type = 'RecordQuarantined' ORDER BY at, log_partition, log_offset LIMIT $2

-- Parked: still parked

UPDATE offramp_v1.parked_threads SET log_offset = $4, cause = $5
WHERE tenant = $1 AND thread_id = $2 AND log_partition = $3

-- Parked: take partition

UPDATE offramp_v1.cursors SET epoch = epoch + 1 WHERE stream = 'events' AND log_partition = $1

-- Parked: unpark

DELETE FROM offramp_v1.parked_threads p WHERE p.tenant = $1 AND p.thread_id = $2 AND p.log_partition = $3 AND NOT EXISTS (
  SELECT FROM offramp_v1.parked_entries e
  WHERE e.tenant = p.tenant AND e.thread_id = p.thread_id AND e.log_partition = p.log_partition
)

-- Parked: waiting

SELECT log_offset, time_ms, entry FROM offramp_v1.parked_entries
WHERE tenant = $1 AND thread_id = $2 AND log_partition = $3 ORDER BY log_offset LIMIT $4

-- Parked texts: content still parked

UPDATE offramp_v1.parked_content_threads p SET cause = $4, log_offset = (
  SELECT min(e.log_offset) FROM offramp_v1.parked_contents e
  WHERE e.tenant = p.tenant AND e.thread_id = p.thread_id AND e.log_partition = p.log_partition
)
WHERE p.tenant = $1 AND p.thread_id = $2 AND p.log_partition = $3

-- Parked texts: expire parked

DELETE FROM offramp_v1.parked_contents WHERE kind = ANY ($1::text[]) AND stored_at < $2::timestamptz AND text IS NOT NULL

-- Parked texts: forget parked messages

UPDATE offramp_v1.parked_contents SET text = NULL
WHERE tenant = $1 AND thread_id = $2 AND message_id = ANY ($3::text[]) AND text IS NOT NULL

-- Parked texts: forget parked thread

UPDATE offramp_v1.parked_contents SET text = NULL WHERE tenant = $1 AND thread_id = $2 AND text IS NOT NULL

-- Parked texts: hold all partitions

SELECT 1 FROM offramp_v1.cursors WHERE stream = 'content' ORDER BY log_partition FOR UPDATE

-- Parked texts: hold contents

INSERT INTO offramp_v1.parked_contents
  (log_partition, log_offset, tenant, thread_id, event_id, kind, message_id, text, stored_at)
SELECT $1, n.*
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
  AS n (log_offset, tenant, thread_id, event_id, kind, message_id, text, stored_at)
WHERE NOT EXISTS (
  SELECT 1 FROM offramp_v1.forgotten f
  WHERE f.tenant = n.tenant AND f.thread_id = n.thread_id
    AND (f.message_id = n.message_id OR (f.message_id = '' AND f.forgotten_at >= n.stored_at))
)

-- Parked texts: hold partition

SELECT 1 FROM offramp_v1.cursors WHERE stream = 'content' AND log_partition = $1 FOR UPDATE

-- Parked texts: let content go

DELETE FROM offramp_v1.parked_contents WHERE tenant = $1 AND thread_id = $2 AND log_partition = $3 AND log_offset <= $4

-- Parked texts: parked content threads

SELECT tenant, thread_id FROM offramp_v1.parked_content_threads WHERE log_partition = $1

-- Parked texts: park content

INSERT INTO offramp_v1.parked_content_threads (log_partition, tenant, thread_id, log_offset, since, cause)
VALUES ($1, $2, $3, $4, now(), $5)

-- Parked texts: store parked

WITH first AS MATERIALIZED (
  SELECT * FROM offramp_v1.parked_contents
  WHERE tenant = $1 AND thread_id = $2 AND log_partition = $3 ORDER BY log_offset LIMIT $4
), stored AS (
  INSERT INTO offramp_v1.contents (tenant, thread_id, event_id, kind, message_id, text, stored_at)
  SELECT tenant, thread_id, event_id, kind, message_id, text, stored_at FROM first ORDER BY log_offset
  ON CONFLICT DO NOTHING
)
DELETE FROM offramp_v1.parked_contents p USING first f
WHERE p.tenant = f.tenant AND p.thread_id = f.thread_id AND p.log_partition = f.log_partition AND p.log_offset = f.log_offset

-- Parked texts: unpark content

DELETE FROM offramp_v1.parked_content_threads p WHERE p.tenant = $1 AND p.thread_id = $2 AND p.log_partition = $3
  AND NOT EXISTS (
    SELECT FROM offramp_v1.parked_contents e
    WHERE e.tenant = p.tenant AND e.thread_id = p.thread_id AND e.log_partition = p.log_partition
  )

-- Parked texts: unpark empty

DELETE FROM offramp_v1.parked_content_threads p WHERE NOT EXISTS (
  SELECT FROM offramp_v1.parked_contents e
  WHERE e.tenant = p.tenant AND e.thread_id = p.thread_id AND e.log_partition = p.log_partition
)

-- Parked texts: waiting contents

SELECT log_offset, kind FROM offramp_v1.parked_contents
WHERE tenant = $1 AND thread_id = $2 AND log_partition = $3 ORDER BY log_offset LIMIT $4

-- Rebuild: what a table holds, here threads

SELECT count(*)::double precision AS rows,
  coalesce(sum(('x' || left(md5(x::text), 15))::bit(60)::bigint), 0)::text AS sum
FROM offramp_v1.threads x

-- Rebuild: where the next rows of both sets end

SELECT ARRAY[tenant::text, thread_id::text] AS key FROM (
  (SELECT tenant, thread_id FROM offramp_v1.threads WHERE (tenant, thread_id) > ($1::text::text, $2::text::text) ORDER BY tenant, thread_id LIMIT 1 OFFSET 4999)
  UNION ALL
  (SELECT tenant, thread_id FROM offramp_rebuild.threads WHERE (tenant, thread_id) > ($1::text::text, $2::text::text) ORDER BY tenant, thread_id LIMIT 1 OFFSET 4999)
) ends ORDER BY tenant, thread_id LIMIT 1

-- Rebuild: what they hold

SELECT count(*)::double precision AS rows,
  coalesce(sum(('x' || left(md5(x::text), 15))::bit(60)::bigint), 0)::text AS sum
FROM (SELECT * FROM offramp_v1.threads WHERE (tenant, thread_id) > ($1::text::text, $2::text::text) AND (tenant, thread_id) <= ($3::text::text, $4::text::text) ORDER BY tenant, thread_id) x

-- Rebuild: rows that differ, here of threads

SELECT jsonb_build_object('tenant', coalesce(l.tenant, r.tenant)::text, 'thread_id', coalesce(l.thread_id, r.thread_id)::text) AS key,
  CASE WHEN r.tenant IS NULL THEN 'live' WHEN l.tenant IS NULL THEN 'rebuilt' ELSE 'both' END AS place
FROM offramp_v1.threads l FULL JOIN offramp_rebuild.threads r USING (tenant, thread_id)
WHERE md5(l::text) IS DISTINCT FROM md5(r::text)
ORDER BY coalesce(l.tenant, r.tenant), coalesce(l.thread_id, r.thread_id) LIMIT 10

-- Rebuild: views over the tables that are exchanged

SELECT DISTINCT format('%I.%I', n.nspname, c.relname) AS name, pg_get_viewdef(c.oid) AS definition,
  coalesce(array_to_string(c.reloptions, ', '), '') AS options
FROM pg_depend d
JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
JOIN pg_class c ON c.oid = r.ev_class AND c.relkind = 'v'
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY ($1::regclass[])
ORDER BY name
