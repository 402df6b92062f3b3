import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * What a thread could not be projected from, and what came after it, in order. The entries are those of the merged stream, which
 * carry no text of anybody; `time_ms` is partition time up to and including each. Threads and entries belong to a set of tables,
 * and are exchanged with it; what was done about them stays.
 */
export const PARKED_SQL = `
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
`;

export class ParkedThreads1764201700000 implements MigrationInterface {
  readonly name = 'ParkedThreads1764201700000';

  async up(runner: QueryRunner): Promise<void> {
    // A set that was built before there was this has no place for it; it is built again.
    await runner.query('DROP SCHEMA IF EXISTS offramp_rebuild CASCADE');
    await runner.query('DELETE FROM offramp_v1.rebuilds');
    await runner.query(PARKED_SQL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE offramp_v1.parked_threads, offramp_v1.parked_entries, offramp_v1.parked_actions');
  }
}
