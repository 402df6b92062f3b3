import { TABLES_SCHEMA } from '../migrations/schema.js';
import type { Database, Session, Transaction } from './database.js';

/**
 * The same database, with another schema in the place of that of the live tables. Every statement of this library names the
 * schema before each table, so that the one that fills the live tables fills any other set of them, too. What is known about a
 * rebuild stands beside the live tables only.
 */
export function inSchema(database: Database, schema: string): Database {
  const { kind } = database;
  const translated = new Map<string, string>();
  const there = (sql: string): string => {
    let text = translated.get(sql);
    if (text === undefined) translated.set(sql, (text = inSchemaSql(sql, schema)));
    return text;
  };
  const session = (of: Session): Session => ({
    query: (sql, parameters) => of.query(there(sql), parameters),
    raw: (sql, parameters) => of.raw(there(sql), parameters),
    table: (sql) => of.table(there(sql)),
    run: (sql, parameters) => of.run(there(sql), parameters),
  });
  const transaction = (of: Transaction): Transaction => ({
    ...session(of),
    copy: (sql, text) => of.copy(there(sql), text),
  });
  return {
    kind,
    ...session(database),
    transaction: (work, commit) => database.transaction((of) => work(transaction(of)), commit),
  };
}

const OF_A_SET = new RegExp(`${TABLES_SCHEMA}\\.(?!rebuilds\\b)`, 'g');

/** One statement. */
export function inSchemaSql(sql: string, schema: string): string {
  return sql.replaceAll(OF_A_SET, `${schema}.`);
}
