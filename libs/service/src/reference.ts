import { configurationTable } from './config/configuration-table.js';
import { problemsTable } from './http/problem-table.js';

/** What this library has to say in `docs/reference/`, by path; `npm run generate` writes it. */
export function reference(): Readonly<Record<string, string>> {
  return { 'configuration.md': configurationTable(), 'problems.md': problemsTable() };
}
