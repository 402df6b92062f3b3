import { type Opened, openEmbeddedReadModels, project } from '../testing/opened.js';
import { acme } from '../testing/story.js';
import { told } from '../testing/entries.js';
import { message } from '@offramp/ladder/testing';
import { testAnalystSql } from '../testing/analyst-statements.js';

describe('Statements of analysts to the embedded database', () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openEmbeddedReadModels();
    await project(opened.readModels, acme());
  });
  afterAll(() => opened.close());

  testAnalystSql(() => opened.readModels.sql);

  it('that go on for ever are ended, and everything else goes on', async () => {
    const { sql, queries } = opened.readModels;
    const before = await queries.stats('acme');
    const endless = sql.ask('WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n', {
      timeoutMs: 1000,
    });
    const meanwhile = queries.stats('acme');
    expect(await endless).toMatchObject({ refused: 'timeout', detail: expect.stringContaining('longer than 1 s') });
    await expect(meanwhile).resolves.toEqual(before);
    await project(opened.readModels, told(message('m1', { thread: 'later' })), 1);
    expect(await queries.stats('acme')).toMatchObject({ threads: before.threads + 1 });
    expect(await sql.ask('SELECT 1 AS one')).toEqual({ columns: ['one'], rows: [[1]], truncated: false });
  });

  it('that go to the limits of the database end there, and nobody else is concerned', async () => {
    const { sql, queries } = opened.readModels;
    const before = await queries.stats('acme');
    const deep = "SELECT ((SELECT string_agg('(', '') FROM generate_series(1, 100000)) || '1')::tsquery";
    expect(await sql.ask(deep)).toMatchObject({ refused: 'statement', detail: expect.stringMatching(/stack depth/) });
    expect(await queries.stats('acme')).toEqual(before);
    expect(await sql.ask('SELECT current_user')).toMatchObject({ rows: [['offramp_analyst']] });
  });
});
