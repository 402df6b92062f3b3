import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * Neither table is ever exchanged: what is known about a rebuild has to outlive its swap. Versions of the other set stand in a
 * table of the same name beside it.
 */
export const REBUILDS_SQL = `
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
`;

/** The projections that filled the tables before versions were written down. */
const BEFORE = [
  ...['policies', 'ends', 'messages', 'branches', 'reviews', 'decisions', 'guards', 'feedback', 'events', 'threads'],
];

export class Rebuilds1764201600000 implements MigrationInterface {
  readonly name = 'Rebuilds1764201600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(REBUILDS_SQL);
    const rows = BEFORE.map((name) => `('${name}', 1)`).join(', ');
    await runner.query(`INSERT INTO offramp_v1.projection_versions (projection, version) VALUES ${rows}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA IF EXISTS offramp_rebuild CASCADE');
    await runner.query('DROP TABLE offramp_v1.rebuilds, offramp_v1.projection_versions');
  }
}
