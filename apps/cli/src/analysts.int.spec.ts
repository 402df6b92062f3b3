import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqlAnswer } from '@offramp/read-models';
import { loadStory } from './demo/story.js';
import { withServer } from './installation.js';
import { playStory } from './play-story.js';
import { settle } from './settle.js';
import type { AskSql } from './ask-sql.js';
import { rowObjects, tableOf } from './sql-output.js';
import { PAGE, QUESTION, scrubbed } from './testing/analysts-page.js';
import { EXPORTED_VIEWS, exportView } from './view-export.js';

/*
 * Every question of docs/analysts.md is asked of the conversations of the demo, and has to be answered as the page says. With
 * OFFRAMP_WRITE_DOCS=1 the answers are written into the page instead.
 */

it('The page for analysts has at least ten questions, and the answers that the demo gives', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'offramp-analysts-'));
  const page = readFileSync(PAGE, 'utf8');
  const questions = [...page.matchAll(QUESTION)].map(([, sql]) => sql!);
  expect(questions.length).toBeGreaterThanOrEqual(10);
  try {
    const answers = await answersOf(directory, questions);
    const answered = page.replace(QUESTION, (_block, sql: string) => {
      return `\`\`\`sql\n${sql}\n\`\`\`\n\n\`\`\`text\n${answers.get(sql)!}\n\`\`\``;
    });
    if (process.env['OFFRAMP_WRITE_DOCS'] === '1') writeFileSync(PAGE, answered);
    expect(answered).toBe(page);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}, 120_000);

/** By their statements. */
async function answersOf(directory: string, questions: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const env = { PATH: process.env['PATH'], OFFRAMP_ASSESSOR: 'rules' };
  const { signal } = new AbortController();
  return withServer({ directory, env, signal }, async (api) => {
    await playStory(api, await loadStory(), { signal, onSurprise: () => undefined });
    await settle(api);
    const answers = new Map<string, string>();
    for (const sql of questions) {
      const { body } = await api.post<SqlAnswer>('/admin/v1/sql', { sql });
      answers.set(sql, scrubbed([...tableOf(body)].join('\n')));
    }
    await checkExport(directory, async (question) => (await api.post<SqlAnswer>('/admin/v1/sql', question)).body);
    return answers;
  });
}

/** Read in small parts, every view is there as a whole, once. */
async function checkExport(directory: string, ask: AskSql): Promise<void> {
  for (const view of Object.keys(EXPORTED_VIEWS)) {
    const whole = rowObjects(await ask({ sql: `SELECT * FROM ${view}`, rowsMax: 10_000, timeoutMs: 10_000 }));
    const { file, rows } = await exportView(view, { ask, directory, format: 'ndjson', rowsAtOnce: 7 });
    const lines = readFileSync(join(directory, file), 'utf8').split('\n').slice(0, -1);
    expect([view, rows, lines.toSorted()]).toEqual([
      view,
      whole.length,
      whole.map((row) => JSON.stringify(row)).toSorted(),
    ]);
    await expect(exportView(view, { ask, directory, format: 'ndjson' })).rejects.toMatchObject({ code: 'EEXIST' });
    const csv = await exportView(view, { ask, directory, format: 'csv', rowsAtOnce: 50 });
    const text = readFileSync(join(directory, csv.file), 'utf8');
    expect([view, csv.rows, text.endsWith('\r\n')]).toEqual([view, whole.length, true]);
  }
}
