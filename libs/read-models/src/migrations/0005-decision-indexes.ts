import type { MigrationInterface, QueryRunner } from 'typeorm';
import { OTHER_SCHEMA, TABLES_SCHEMA } from './schema.js';

/*
 * What decisions are asked for beside their type, category and review. Decisions are few, in proportion to trouble, so that an
 * index on them costs the projector little; on threads and messages it would cost with every message.
 */
const ORDER = 'at, log_partition, log_offset, index';

/** By the name of each, over one set of tables. */
export const DECISION_INDEXES: Readonly<Record<string, string>> = {
  decisions_by_policy: `(tenant, policy, ${ORDER}) WHERE policy IS NOT NULL`,
  decisions_by_stage: `(tenant, stage, ${ORDER}) WHERE stage IS NOT NULL`,
  decisions_by_end: `(tenant, ended_by, ${ORDER}) WHERE ended_by IS NOT NULL`,
  decisions_of_message: `(tenant, message_id, ${ORDER}) WHERE message_id IS NOT NULL`,
};

export function decisionIndexesSql(schema: string): string {
  return Object.entries(DECISION_INDEXES)
    .map(([name, on]) => `CREATE INDEX IF NOT EXISTS ${name} ON ${schema}.decisions ${on};`)
    .join('\n');
}

export class DecisionIndexes1764201900000 implements MigrationInterface {
  readonly name = 'DecisionIndexes1764201900000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(decisionIndexesSql(TABLES_SCHEMA));
    // A set that was live before may be again, by a rollback.
    const [found] = (await runner.query('SELECT to_regclass($1) IS NOT NULL AS there', [
      `${OTHER_SCHEMA}.decisions`,
    ])) as { there: boolean }[];
    if (found!.there) await runner.query(decisionIndexesSql(OTHER_SCHEMA));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(DECISION_INDEXES)) {
      for (const schema of [TABLES_SCHEMA, OTHER_SCHEMA]) {
        await runner.query(`DROP INDEX IF EXISTS ${schema}.${name}`);
      }
    }
  }
}
