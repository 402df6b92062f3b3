import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The page for analysts: questions with their statements, and the answers that the demo gives. */
export const PAGE = fileURLToPath(new URL('../../../../docs/analysts.md', import.meta.url));

/** A statement, and its answer. */
export const QUESTION = /```sql\n([\s\S]*?)\n```\n\n```text\n([\s\S]*?)```/g;

export interface PrintedQuestion {
  readonly sql: string;
  readonly answer: string;
}

export function printedQuestions(): PrintedQuestion[] {
  return [...readFileSync(PAGE, 'utf8').matchAll(QUESTION)].map(([, sql, answer]) => ({ sql: sql!, answer: answer! }));
}

/** A day is as wide as the word that stands for it. */
export function scrubbed(table: string): string {
  return table.replace(/\b\d{4}-\d\d-\d\d\b/g, 'DATE      ').replace(/ +$/gm, '');
}
