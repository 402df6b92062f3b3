/* docs/analysts.md, followed with psql alone. @requires postgres */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergedSource, openEmbeddedLog } from '@offramp/log';
import { openReadModels } from '@offramp/read-models';
import { loadStory } from './demo/story.js';
import { withServer } from './installation.js';
import { playStory } from './play-story.js';
import { settle } from './settle.js';
import { tableOf } from './sql-output.js';
import { printedQuestions, scrubbed } from './testing/analysts-page.js';
import { MAIN, runOfframp } from './testing/offramp-process.js';
import { psql, temporaryDatabase } from './testing/psql.js';

const DICTIONARY = new URL('../../../docs/reference/data-dictionary.md', import.meta.url);
/** Stands in no value. */
const BETWEEN = '\u001f';

let database: Awaited<ReturnType<typeof temporaryDatabase>>;
let analyst: string;

beforeAll(async () => {
  database = await temporaryDatabase();
  const url = new URL(database.url);
  url.username = 'offramp_analyst';
  analyst = url.href;
  const directory = mkdtempSync(join(tmpdir(), 'offramp-psql-'));
  try {
    await playDemo(directory);
    await project(directory, database.url.href);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}, 240_000);
afterAll(() => database.remove());

function playDemo(directory: string): Promise<void> {
  const env = { PATH: process.env['PATH'], OFFRAMP_ASSESSOR: 'rules' };
  const { signal } = new AbortController();
  return withServer({ directory, env, signal }, async (api) => {
    await playStory(api, await loadStory(), { signal, onSurprise: () => undefined });
    await settle(api);
  });
}

/** The log of a data directory, into a Postgres server. */
async function project(directory: string, url: string): Promise<void> {
  const log = await openEmbeddedLog({ dir: directory });
  const { events, close } = await openReadModels({ url });
  try {
    const source = mergedSource(log);
    for (let partition = 0; partition < source.partitions; partition++) {
      const { epoch, cursor } = await events.claim(partition);
      let from = cursor.inbound;
      for await (const piece of source.pieces(partition, cursor)) {
        await events.apply({ partition, epoch, from, entries: piece.entries, next: piece.cursor });
        from = piece.cursor.inbound;
      }
    }
  } finally {
    await close();
    await log.close();
  }
}

/** The answer of psql, as the page prints answers. */
function printed(out: string): string {
  const [head, ...lines] = out.replace(/\n$/, '').split('\n');
  const rows = lines.map((line) => line.split(BETWEEN).map(valueOf));
  return scrubbed([...tableOf({ columns: head!.split(BETWEEN), rows, truncated: false })].join('\n'));
}

function valueOf(text: string): unknown {
  if (text === 't' || text === 'f') return text === 't';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

describe('An analyst with psql alone', () => {
  it.each(printedQuestions())('is answered as the page says: $sql', async ({ sql, answer }) => {
    const { exit, out, err } = await psql(analyst, '-A', '-F', BETWEEN, '-P', 'footer=off', '-c', sql);
    expect({ exit, err, out: `${printed(out)}\n` }).toEqual({ exit: 0, err: '', out: answer });
  });

  it('finds a comment on every view and column', async () => {
    const sections = readFileSync(DICTIONARY, 'utf8').split('\n## ').slice(1);
    expect(sections.length).toBeGreaterThan(8);
    const { out: views } = await psql(analyst, '-c', '\\dv+ offramp.*');
    for (const section of sections) {
      const [view, , comment, , , , ...columns] = section.trimEnd().split('\n');
      expect(views).toContain(comment);
      const { out } = await psql(analyst, '-c', `\\d+ ${view}`);
      for (const line of columns) {
        const [, column, text] = /^\| `(\w+)` \| (.*) \|$/.exec(line)!;
        expect(out.split('\n').find((row) => row.trimStart().startsWith(`${column} `))).toContain(
          text!.replaceAll('\\|', '|'),
        );
      }
    }
  });

  it.each([
    ['DELETE FROM threads', /permission denied|read-only/],
    ['SET default_transaction_read_only = off; DELETE FROM threads', /permission denied/],
    [
      'SET default_transaction_read_only = off; UPDATE offramp.branches SET stage = stage',
      /permission denied|cannot update view/,
    ],
    ['SET default_transaction_read_only = off; CREATE TABLE offramp.mine (a int)', /permission denied/],
    ['SET default_transaction_read_only = off; DROP VIEW offramp.threads', /must be owner/],
    ['SELECT * FROM offramp_v1.threads', /permission denied/],
    ['SELECT * FROM offramp_v1.contents', /permission denied/],
    ['SELECT * FROM offramp_v1.parked_contents', /permission denied/],
    ['SELECT * FROM offramp_v1.parked_entries', /permission denied/],
    ['SET ROLE postgres', /permission denied/],
    ['SET SESSION AUTHORIZATION postgres', /permission denied/],
    ['SET default_transaction_read_only = off; ALTER ROLE offramp_analyst SUPERUSER', /superuser/],
    ["COPY (SELECT 1) TO PROGRAM 'true'", /permission denied|superuser/],
    ["SELECT pg_read_file('PG_VERSION')", /permission denied/],
    ["SET statement_timeout = '50ms'; SELECT pg_sleep(60)", /statement timeout/],
  ])('cannot do this: %s', async (sql, said) => {
    // Each a transaction of its own.
    const statements = sql.split('; ').flatMap((statement) => ['-c', statement]);
    const { exit, err } = await psql(analyst, '-v', 'ON_ERROR_STOP=1', ...statements);
    expect(exit).not.toBe(0);
    expect(err).toMatch(said);
  });

  it('has a minute for a statement, unless more is asked for', async () => {
    expect((await psql(analyst, '-Atc', 'SHOW statement_timeout')).out).toBe('1min\n');
    const longer = await psql(analyst, '-Atq', '-c', "SET statement_timeout = '10min'", '-c', 'SHOW statement_timeout');
    expect(longer.out).toBe('10min\n');
  });
});

describe('offramp sql on the same server', () => {
  const env = () => ({ ...process.env, OFFRAMP_DATABASE_URL: database.url.href });

  it('answers a question of the page as the page says', async () => {
    const { sql, answer } = printedQuestions()[0]!;
    const { exit, out } = await runOfframp(['sql', sql], { OFFRAMP_DATABASE_URL: database.url.href });
    expect([exit, scrubbed(out)]).toEqual([0, answer]);
  });

  it('cancels the statement at Ctrl-C', async () => {
    const child = spawn(process.execPath, [MAIN, 'sql', 'SELECT pg_sleep(600)', '--timeout', '300'], {
      env: env(),
    });
    const ended = once(child, 'close');
    const running =
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'FETCH % FROM asked'";
    const active = async () => (await psql(database.url.href, '-Atc', `${running} AND state = 'active'`)).out.trim();
    while ((await active()) !== '1') expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(await active()).toBe('0');
  });
});
