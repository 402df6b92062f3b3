import type { AnalystSql, SqlAnswer, SqlRefusal } from '../analysts/analyst-sql.js';

/** What must not be possible, each with what is said. Nothing of it may change anything, whatever is said. */
const FORBIDDEN: readonly (readonly [sql: string, said: RegExp])[] = [
  ['SELECT * FROM offramp_v1.threads', /permission denied/],
  ['SELECT * FROM offramp_v1.contents', /permission denied/],
  ['SELECT * FROM offramp_v1.migrations', /permission denied/],
  ['DELETE FROM threads', /syntax error/],
  ['UPDATE threads SET stage = stage', /syntax error/],
  ['TRUNCATE offramp_v1.threads', /syntax error/],
  ['DROP SCHEMA offramp CASCADE', /syntax error/],
  ['WITH gone AS (DELETE FROM threads RETURNING *) SELECT * FROM gone', /data-modifying/],
  ['SELECT * INTO mine FROM threads', /INTO/],
  ['SELECT * FROM threads FOR UPDATE', /permission denied|FOR UPDATE/],
  ['SELECT 1; SELECT 2', /multiple commands/],
  ['SELECT 1; DROP SCHEMA offramp CASCADE', /multiple commands/],
  ['SELECT 1; COMMIT; DROP SCHEMA offramp CASCADE', /multiple commands/],
  ['COMMIT', /syntax error/],
  ['RESET ROLE', /syntax error/],
  ['SET ROLE postgres', /syntax error/],
  ['DO $$ BEGIN DELETE FROM offramp_v1.threads; END $$', /syntax error/],
  ["COPY threads TO '/tmp/threads'", /syntax error/],
  ["SELECT set_config('role', 'none', true), pg_sleep(0)", /set_config cannot be used/],
  ["SELECT \"set_config\"('role', 'none', true)", /set_config cannot be used/],
  ["SELECT U&\"set\\005fconfig\"('role', 'none', true)", /U&/],
  ["SELECT query_to_xml('SELECT 1', true, true, '')", /query_to_xml cannot be used/],
  ['SELECT pg_advisory_lock(1)', /pg_advisory cannot be used/],
  ["SELECT pg_read_file('PG_VERSION')", /permission denied/],
  ['SELECT pg_stat_reset()', /permission denied/],
  ['SELECT no_such_column FROM threads', /no_such_column/],
  ['', /no statement/],
  ['-- nothing', /syntax error/],
  ['SELECT 1\u0000', /NUL/],
];

/** What holds on either kind of database, over the read models of `acme()`. */
export function testAnalystSql(sqlOf: () => AnalystSql): void {
  it('answer a table of values', async () => {
    const answer = await sqlOf().ask(`
      SELECT thread_id, stage, messages, guarded, created_at, day, 1.50 AS share, count, signal FROM threads
      JOIN (SELECT date '2026-01-01' AS day, count(*) AS count, '{"a":[1]}'::jsonb AS signal FROM decisions) d ON true
      WHERE tenant = 'acme' ORDER BY thread_id LIMIT 1`);
    expect(answer).toEqual({
      columns: ['thread_id', 'stage', 'messages', 'guarded', 'created_at', 'day', 'share', 'count', 'signal'],
      rows: [
        ['calm', 'clear', 2, false, '2026-01-01T00:00:01.000Z', '2026-01-01', 1.5, expect.any(Number), { a: [1] }],
      ],
      truncated: false,
    });
    expect(await sqlOf().ask('SELECT thread_id FROM threads WHERE false')).toEqual({
      ...{ columns: ['thread_id'], rows: [], truncated: false },
    });
    expect(await sqlOf().ask("SELECT 9007199254740993 AS large, 'infinity'::timestamptz AS never;")).toMatchObject({
      rows: [['9007199254740993', 'infinity']],
    });
  });

  it.each(FORBIDDEN)('never do this: %s', async (sql, said) => {
    const before = await counts(sqlOf());
    expect(await sqlOf().ask(sql)).toEqual({ refused: 'statement', detail: expect.stringMatching(said) });
    expect(await counts(sqlOf())).toEqual(before);
  });

  it('leave nothing behind, also where a function writes in a transaction that only reads', async () => {
    const there = 'SELECT count(*) FROM pg_largeobject_metadata';
    await sqlOf().ask("SELECT lo_from_bytea(0, 'a')");
    expect(await sqlOf().ask(there)).toMatchObject({ rows: [[0]] });
  });

  it('answer so many rows at most, and say that there are more', async () => {
    const series = 'SELECT g FROM generate_series(1, 5000) g';
    const answer = answered(await sqlOf().ask(series, { rowsMax: 1200 }));
    expect(answer.rows.map(([g]) => g)).toEqual(Array.from({ length: 1200 }, (_, at) => at + 1));
    expect(answer.truncated).toBe(true);
    const whole = answered(await sqlOf().ask(series, { rowsMax: 5000 }));
    expect([whole.rows.length, whole.truncated]).toEqual([5000, false]);
  });

  it('answer no more text than fits in memory', async () => {
    const long = answered(await sqlOf().ask("SELECT repeat('x', 5000000), g FROM generate_series(1, 1000) g"));
    expect(long.truncated).toBe(true);
    expect(long.rows.length).toBeLessThan(30);
  });
}

async function counts(sql: AnalystSql): Promise<SqlAnswer['rows']> {
  return answered(await sql.ask('SELECT (SELECT count(*) FROM threads), (SELECT count(*) FROM decisions)')).rows;
}

export function answered(answer: SqlAnswer | SqlRefusal): SqlAnswer {
  if ('refused' in answer) throw new Error(answer.detail);
  return answer;
}
