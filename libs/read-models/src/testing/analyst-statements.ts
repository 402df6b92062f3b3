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
  ['SELECT * FROM offramp_v1.parked_contents', /permission denied/],
  ['SELECT * FROM offramp_v1.parked_entries', /permission denied/],
  ["SELECT nextval('offramp_v1.parked_actions_id_seq')", /permission denied/],
  ["SELECT setval('offramp_v1.parked_actions_id_seq', 1)", /permission denied/],
  [
    'WITH a AS (SELECT 1), b AS (INSERT INTO threads SELECT * FROM threads RETURNING 1) SELECT * FROM a, b',
    /data-modifying/,
  ],
  ['WITH a AS (WITH b AS (DELETE FROM threads RETURNING 1) SELECT * FROM b) SELECT * FROM a', /data-modifying/],
  ['SELECT * FROM (DELETE FROM threads RETURNING 1) gone', /syntax error/],
  ['EXPLAIN ANALYZE DELETE FROM threads', /syntax error/],
  ['EXPLAIN SELECT 1', /syntax error/],
  ['PREPARE gone AS DELETE FROM threads', /syntax error/],
  ['EXECUTE gone', /syntax error/],
  ['LISTEN decisions', /syntax error/],
  ['LOCK TABLE threads', /syntax error/],
  ['CREATE TEMP TABLE mine AS SELECT 1', /syntax error/],
  ['CALL anything()', /syntax error/],
  ['VACUUM', /syntax error/],
  ["COPY (SELECT 1) TO PROGRAM 'true'", /syntax error/],
  ['SET LOCAL statement_timeout = 0', /syntax error/],
  ['SELECT 1 /* ; */ ; /* ; */ DROP SCHEMA offramp CASCADE', /multiple commands/],
  ['/* /* */ DELETE FROM threads */ SELECT 1; DROP SCHEMA offramp CASCADE --', /multiple commands/],
  ['SELECT $a$ ; $a$; DROP SCHEMA offramp CASCADE', /multiple commands/],
  ["SELECT E'\\'; DROP SCHEMA offramp CASCADE; --'; DROP SCHEMA offramp CASCADE", /multiple commands/],
  ['SELECT 1 /* never ended', /unterminated/],
  ["SELECT 'never ended", /unterminated/],
  ['SELECT $a$ never ended', /unterminated/],
  ['SELECT "set_" || \'config\' FROM threads', /does not exist/],
  ['SELECT /* set_config */ 1', /set_config cannot be used/],
  ["SELECT lo_import('PG_VERSION')", /permission denied/],
  ["SELECT lo_export(1, '/tmp/mine')", /permission denied/],
  ["SELECT pg_ls_dir('.')", /permission denied/],
  ['SELECT pg_reload_conf()', /permission denied/],
  ["SELECT current_setting('data_directory')", /permission denied|pg_read_all_settings/],
  ['SELECT * FROM pg_authid', /permission denied/],
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

  it('may say in a text or a comment what they may not do', async () => {
    const text = '; DELETE FROM threads; $a$ " \\ /* --';
    const said = `SELECT $b$${text}$b$ AS text -- ; DELETE FROM threads`;
    expect(answered(await sqlOf().ask(said))).toMatchObject({ columns: ['text'], rows: [[text]] });
    expect(answered(await sqlOf().ask('/* /* ; */ */ TABLE threads LIMIT 0')).rows).toEqual([]);
    expect(answered(await sqlOf().ask("VALUES (1, NULL, 'ä', '\u{1F600}')"))).toMatchObject({
      rows: [[1, null, 'ä', '\u{1F600}']],
    });
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
