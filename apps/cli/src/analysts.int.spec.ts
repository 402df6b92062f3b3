import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqlAnswer } from '@offramp/read-models';
import { loadStory } from './demo/story.js';
import { withServer } from './installation.js';
import { playStory } from './play-story.js';
import { settle } from './settle.js';
import { tableOf } from './sql-output.js';
import { PAGE, QUESTION, scrubbed } from './testing/analysts-page.js';

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
    return answers;
  });
}
