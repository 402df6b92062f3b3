import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TABLES_SCHEMA, VIEWS_SCHEMA } from './schema.js';
import { TABLES_SQL } from './tables-sql.js';
import { VIEWS_SQL } from './views-sql.js';

/** The number at the end orders the migrations; TypeORM reads it as a time. */
export class FirstSchema1763942400000 implements MigrationInterface {
  readonly name = 'FirstSchema1763942400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES_SQL);
    await runner.query(`CREATE SCHEMA ${VIEWS_SCHEMA}`);
    await runner.query(`COMMENT ON SCHEMA ${VIEWS_SCHEMA} IS 'Read models of Offramp: stable views for analysts.'`);
    await runner.query(VIEWS_SQL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP SCHEMA ${VIEWS_SCHEMA} CASCADE`);
    await runner.query(`DROP SCHEMA ${TABLES_SCHEMA} CASCADE`);
  }
}
