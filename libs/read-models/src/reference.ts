import * as contents from './contents/contents-sql.js';
import { TABLES_SCHEMA, VIEWS_SCHEMA } from './migrations/schema.js';
import { REBUILDS_SQL } from './migrations/0002-rebuilds.js';
import { decisionIndexesSql } from './migrations/0005-decision-indexes.js';
import { FILLED, fillFactorSql } from './migrations/0006-half-full-pages.js';
import { TABLES_SQL } from './migrations/tables-sql.js';
import { VIEWS } from './migrations/views-sql.js';
import { CLAIM_SQL, CURSOR_SQL, MOVE_SQL, POSITIONS_SQL } from './projection/cursors.js';
import { copySql } from './projection/copy-text.js';
import * as parkedContents from './parked/parked-contents-sql.js';
import * as parked from './parked/parked-sql.js';
import { HOLD_SQL, OUTDATE_SQL, PARKED_OF_PARTITION_SQL, PARK_SQL } from './parked/parking.js';
import { PARKED_SQL } from './migrations/0003-parked-threads.js';
import { PARKED_CONTENTS_SQL } from './migrations/0004-parked-contents.js';
import { insertSql, loadBySql, loadSql, upsertSql } from './projection/statements.js';
import { sqlTableOf } from './projection/table.js';
import { FINDERS, allProjections, tablesOf } from './projections/all.js';
import { MOMENT_SQL } from './export/export-views.js';
import { EXPORTED_VIEWS_SQL } from './export/views.js';
import { ACTIVATIONS_SQL, BRANCH_SQL, LINE_SQL, THREAD_DECISIONS_SQL } from './queries/explain.js';
import { type ListSpec, listSql } from './queries/list.js';
import { LISTS } from './queries/lists.js';
import { BY_CATEGORY_SQL, DECISION_SQL, POLICIES_SQL, THREAD_SQL } from './queries/queries.js';
import { GUARDED_SQL, TALLIES_SQL } from './queries/stats.js';
import { TIMELINE_DECISIONS_SQL, TIMELINE_SQL } from './queries/timeline.js';
import { differingSql } from './rebuild/compare.js';
import { lastKeySql, rowsIn } from './rebuild/key-ranges.js';
import { VIEWS_OVER_SQL } from './rebuild/exchange.js';
import * as rebuild from './rebuild/rebuild-sql.js';
import { messages } from './projections/messages-table.js';
import { threads } from './projections/threads-table.js';
import { sumSql } from './checksums.js';

/** What this library has to say in `docs/reference/`, by path; `npm run generate` writes it. */
export function reference(): Readonly<Record<string, string>> {
  return { 'data-dictionary.md': dataDictionary(), 'read-models.sql': statements() };
}

/** The views as an analyst sees them; the same sentences are comments in the database. */
function dataDictionary(): string {
  const views = VIEWS.flatMap(({ name, comment, columns }) => [
    ...['', `## ${VIEWS_SCHEMA}.${name}`, '', comment, '', '| column | what it says |', '| --- | --- |'],
    ...columns.map(([column, , text]) => `| \`${column}\` | ${text.replaceAll('|', '\\|')} |`),
  ]);
  const head = [
    '# Data dictionary',
    '',
    `The views of the schema \`${VIEWS_SCHEMA}\`. Written by \`npm run generate\`.`,
  ];
  return `${[...head, ...views].join('\n')}\n`;
}

/** Every statement that runs, so that a change of one is seen in a review. */
function statements(): string {
  const tables = tablesOf(allProjections(0));
  const sections: readonly (readonly [title: string, sql: string])[] = [
    [`Tables: the schema ${TABLES_SCHEMA}`, TABLES_SQL],
    ['Indexes of decisions', decisionIndexesSql(TABLES_SCHEMA)],
    ['Pages of the tables that change with every message', fillFactorSql(TABLES_SCHEMA, FILLED)],
    ['Tables of the rebuilds', REBUILDS_SQL],
    ['Tables of what is parked', PARKED_SQL],
    ['Tables of texts that are parked', PARKED_CONTENTS_SQL],
    ['The cursor of a partition: taken over', CLAIM_SQL],
    ['The cursor of a partition: read', CURSOR_SQL],
    ['The cursor of a partition: moved, in the transaction that writes the rows', MOVE_SQL],
    ['Positions', POSITIONS_SQL],
    ...tables.map((table) => [`Projection ${table.name}: written`, upsertSql(table)] as const),
    ['Projection messages: written where they were not asked for', insertSql(messages)],
    ['Rebuild: new rows of a table on a server, here threads', copySql(threads)],
    ...tables.map((table) => [`Projection ${table.name}: read before a batch`, loadSql(table)] as const),
    ...FINDERS.map(({ table, by, rest }) => [`Projection ${table.name}: found`, loadBySql(table, by, rest)] as const),
    ...Object.entries(contents).map(([name, sql]) => [`Contents: ${wordsOf(name)}`, sql] as const),
    ...LISTS.flatMap(sectionsOfList),
    ['One thread', THREAD_SQL],
    ['One decision', DECISION_SQL],
    ['Timeline: the events', TIMELINE_SQL],
    ['Timeline: what was decided', TIMELINE_DECISIONS_SQL],
    ['Explanation: the line', BRANCH_SQL],
    ['Explanation: its messages', LINE_SQL],
    ['Explanation: what was decided', THREAD_DECISIONS_SQL],
    ['Explanation: the policies that were activated', ACTIVATIONS_SQL],
    ['Statistics: what was counted', TALLIES_SQL],
    ['Statistics: the guards that are up now', GUARDED_SQL],
    ['Policies', POLICIES_SQL],
    ['Endings by category', BY_CATEGORY_SQL],
    ['Export: the views that there are', EXPORTED_VIEWS_SQL],
    ['Export: its moment', MOMENT_SQL],
    ...Object.entries(rebuild).map(([name, sql]) => [`Rebuild: ${wordsOf(name)}`, sql] as const),
    ['Parked threads of a partition', PARKED_OF_PARTITION_SQL],
    ['A thread is parked', PARK_SQL],
    ['Entries are held', HOLD_SQL],
    ['An activation of a policy is held', OUTDATE_SQL],
    ...Object.entries(parked).map(([name, sql]) => [`Parked: ${wordsOf(name)}`, sql] as const),
    ...Object.entries(parkedContents).map(([name, sql]) => [`Parked texts: ${wordsOf(name)}`, sql] as const),
    ['Rebuild: what a table holds, here threads', sumSql(sqlTableOf(threads))],
    ['Rebuild: where the next rows of both sets end', lastKeySql(threads, { after: ['', ''], rowsMax: 5_000 }).sql],
    ['Rebuild: what they hold', sumSql(rowsIn(TABLES_SCHEMA, threads, { after: ['', ''], upTo: ['', ''] }).sql)],
    ['Rebuild: rows that differ, here of threads', differingSql(threads, { more: 10 }).sql],
    ['Rebuild: views over the tables that are exchanged', VIEWS_OVER_SQL],
  ];
  const head =
    '-- The statements of libs/read-models. Written by `npm run generate`; docs/reference/data-dictionary.md has the views.';
  return `${[head, ...sections.map(([title, sql]) => `\n-- ${title}\n\n${sql.trim()}`)].join('\n')}\n`;
}

/** Without a filter, on a page that is not the first; then what each filter adds, where it is asked for. */
function sectionsOfList(list: ListSpec<never>): (readonly [title: string, sql: string])[] {
  const question = { tenant: '', values: new Map(), limit: 0 };
  const filters = Object.entries(list.filters).flatMap(([name, { type, condition }]) =>
    typeof condition === 'string'
      ? [`-- ${name}: ${condition.replaceAll('$n', () => `$n::${type}`)}`]
      : Object.entries(condition).map(([value, one]) => `-- ${name}=${value}: ${one}`),
  );
  return [
    ...Object.entries(list.orders).map(([sort, order]) => {
      const after = order.key.map(() => '');
      return [`List ${list.name} by ${sort}`, listSql(list, order, { ...question, after }).sql] as const;
    }),
    [`List ${list.name}: the condition of each filter`, filters.join('\n')],
  ];
}

/** FORGET_THREAD_SQL: forget thread. */
function wordsOf(name: string): string {
  return name.replace(/_SQL$/, '').replaceAll('_', ' ').toLowerCase();
}
