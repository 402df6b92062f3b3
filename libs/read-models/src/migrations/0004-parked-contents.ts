import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * What of content.v1 could not be stored, and what came after it in its thread, in order. These tables hold texts: whatever erases
 * or expires a text does it here, too (ADR 0017). They belong to `contents`, which no rebuild exchanges.
 */
export const PARKED_CONTENTS_SQL = `
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
`;

export class ParkedContents1764201800000 implements MigrationInterface {
  readonly name = 'ParkedContents1764201800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(PARKED_CONTENTS_SQL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE offramp_v1.parked_contents, offramp_v1.parked_content_threads');
    await runner.query('ALTER TABLE offramp_v1.parked_actions DROP COLUMN topic');
  }
}
