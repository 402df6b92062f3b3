import type { Pool, PoolClient, QueryConfig } from 'pg';
import { ANALYST_VALUES } from './analyst-values.js';
import { copyInto } from './copy-into.js';
import { asFailure } from './failure.js';

/** Rows as arrays of the driver's raw texts: what the projections read, write back, and hardly ever look into. */
export type RawRow = readonly (string | null)[];

export type Parameter = string | number | boolean | null | readonly string[];

/** SQL with the values of `$1`, `$2`, … */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/** Statements on one connection. */
export interface Session {
  /** Rows as objects with parsed values; `timestamptz` as Date, `bigint` as text. */
  query<Row>(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>;
  /** Rows as arrays of raw texts. */
  raw(sql: string, parameters?: readonly Parameter[]): Promise<RawRow[]>;
  /** The answer as a table, to exactly one statement: the extended protocol takes no second one. */
  table(sql: string): Promise<Table>;
  /** The number of rows that a statement changed. */
  run(sql: string, parameters?: readonly Parameter[]): Promise<number>;
}

/** An answer whose columns nobody knew before. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly unknown[][];
}

/** One connection for the length of a transaction. */
export interface Transaction extends Session {
  /** Gives text in UTF-8 to a `COPY … FROM STDIN`. The embedded database cannot do that; see `Database.kind`. */
  copy(sql: string, text: Buffer): Promise<void>;
}

/**
 * `durable`: on the disk when it is told. `soon`: a server that crashes may lose the last moments, whole transactions from the
 * end, as if they had never been; for whoever notices, and does them again. The embedded database knows the first only.
 */
export type CommitKind = 'durable' | 'soon';

export interface Database extends Session {
  /** `embedded`: one backend session; transactions have to be short. */
  readonly kind: 'embedded' | 'server';
  /** Commits when `work` resolves, rolls back when it throws. */
  transaction<Outcome>(work: (session: Transaction) => Promise<Outcome>, commit?: CommitKind): Promise<Outcome>;
}

const BEGIN: Readonly<Record<CommitKind, string>> = {
  durable: 'BEGIN',
  soon: 'BEGIN; SET LOCAL synchronous_commit = off',
};

const RAW_TYPES = { getTypeParser: () => (text: string) => text };

export function createDatabase(pool: Pool, kind: Database['kind']): Database {
  return {
    kind,
    ...sessionOver((config) => pool.query(config)),
    transaction: (work, commit = 'durable') => transaction(pool, work, kind === 'server' ? BEGIN[commit] : 'BEGIN'),
  };
}

type Execute = (config: QueryConfig & { rowMode?: 'array'; queryMode?: 'extended' }) => Promise<Result>;

interface Result {
  readonly rows: unknown[];
  readonly rowCount: number | null;
  readonly fields?: readonly { readonly name: string }[];
}

function sessionOver(execute: Execute): Session {
  const ask: Execute = async (config) => {
    try {
      return await execute(config);
    } catch (error) {
      throw asFailure(error);
    }
  };
  return {
    query: async <Row>(text: string, values: readonly Parameter[] = []) =>
      (await ask({ text, values: [...values] })).rows as Row[],
    raw: async (text, values = []) =>
      (await ask({ text, values: [...values], rowMode: 'array', types: RAW_TYPES as never })).rows as RawRow[],
    table: async (text) => {
      const { rows, fields = [] } = await ask({
        ...{ text, rowMode: 'array', queryMode: 'extended', types: ANALYST_VALUES as never },
      });
      return { columns: fields.map(({ name }) => name), rows: rows as unknown[][] };
    },
    run: async (text, values = []) => (await ask({ text, values: [...values] })).rowCount ?? 0,
  };
}

async function transaction<Outcome>(
  pool: Pool,
  work: (session: Transaction) => Promise<Outcome>,
  begin: string,
): Promise<Outcome> {
  const client = await connection(pool);
  // A connection that breaks says so twice, and nobody else listens while it is lent out; unheard, it ends the process.
  client.on('error', ignore);
  const session = { ...sessionOver((config) => client.query(config)), copy: copyInto(client) };
  let broken: Error | undefined;
  try {
    await session.run(begin);
    const result = await work(session);
    await session.run('COMMIT');
    return result;
  } catch (error) {
    broken = await rolledBack(session);
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}

/** The statement that fails tells. */
function ignore(): void {}

async function connection(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw asFailure(error);
  }
}

/** A connection that cannot even roll back is not given back to the pool. */
async function rolledBack(session: Session): Promise<Error | undefined> {
  try {
    await session.run('ROLLBACK');
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
