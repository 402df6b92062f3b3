import type { MigrationInterface, QueryRunner } from 'typeorm';
import { OTHER_SCHEMA, TABLES_SCHEMA } from './schema.js';

/*
 * Conversations that began together go on together: one batch changes every row of a page. So that all of them find room on it
 * (HOT), and no index is touched, pages are filled to less than a half. At 70 every third update went elsewhere, and the tables
 * grew larger than they are now.
 */
const TABLES = ['threads', 'branches'];
export const FILLED = 45;
const FILLED_BEFORE = 70;

/** `percent`: of a page that new rows fill. */
export function fillFactorSql(schema: string, percent: number): string {
  return TABLES.map((name) => `ALTER TABLE IF EXISTS ${schema}.${name} SET (fillfactor = ${percent});`).join('\n');
}

export class HalfFullPages1764202000000 implements MigrationInterface {
  readonly name = 'HalfFullPages1764202000000';

  async up(runner: QueryRunner): Promise<void> {
    // A set that was live before may be again, by a rollback.
    for (const schema of [TABLES_SCHEMA, OTHER_SCHEMA]) await runner.query(fillFactorSql(schema, FILLED));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const schema of [TABLES_SCHEMA, OTHER_SCHEMA]) await runner.query(fillFactorSql(schema, FILLED_BEFORE));
  }
}
