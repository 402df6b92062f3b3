/*
 * Ids are compared byte by byte (COLLATE "C"): the order is the same on every machine, and cheaper.
 * Columns that change with every message stand in no index, so that an update stays on its page (HOT) and the tables do not
 * bloat on a database that nobody vacuums. Hence the fill factor, too.
 */

export const TABLES_SQL = `
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
`;
