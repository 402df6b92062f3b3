import { createPartitionTime } from '@offramp/ladder';
import { readFileSync } from 'node:fs';
import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { evolve } from '../projection/evolve.js';
import { emptyRows } from '../projection/event-projection.js';
import { load } from '../projection/load.js';
import type { Projection } from '../projection/projection.js';
import { columnArrays, upsertSql } from '../projection/statements.js';
import { askedEnds, askedEndsProjection } from '../testing/asked-ends.js';
import { type TestPlace, embeddedPlace } from '../testing/databases.js';
import { acme } from '../testing/story.js';

/** What docs/how-to/add-a-projection.md tells its reader to write. */
const PAGE = readFileSync(new URL('../../../../docs/how-to/add-a-projection.md', import.meta.url), 'utf8');

let at: TestPlace;
let opened: OpenDatabase;
beforeAll(async () => {
  at = await embeddedPlace();
  opened = await openDatabase(at.place);
  for (const statement of blockOf('sql').split(';\n'))
    if (statement.trim() !== '') await opened.database.run(statement);
});
afterAll(async () => {
  await opened.close();
  await at.remove();
});

function blockOf(language: string): string {
  return new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(PAGE)![1]!;
}

it('shows the projection that is compiled and tested here', () => {
  expect(blockOf('ts')).toBe(readFileSync(new URL('../testing/asked-ends.ts', import.meta.url), 'utf8'));
});

it('counts how often users asked for the end, whatever was forgotten between two entries', async () => {
  const projections = [askedEndsProjection] as readonly unknown[] as readonly Projection[];
  for (const entry of acme()) {
    const rows = emptyRows(projections);
    await load(opened.database, { projections, rows }, [entry]);
    evolve({ partition: 0, projections, rows, clock: createPartitionTime(0) }, entry);
    await opened.database.run(upsertSql(askedEnds), columnArrays(askedEnds, rows.changed(askedEnds)));
  }
  const found = await opened.database.query('SELECT tenant, thread_id, times FROM offramp.asked_ends');
  expect(found).toEqual([{ tenant: 'acme', thread_id: 'leaving', times: 2 }]);
});
