import { type AnalystSql, createAnalystSql } from '../analysts/analyst-sql.js';
import { type ServerPlace, lazyDatabase } from '../database/open-database.js';
import { type ExportViews, createExportViews } from '../export/export-views.js';
import { type Queries, createQueries } from './queries.js';

/** Statements of analysts to the read models of a server. It is opened with the first one. */
export function openAnalystSql(place: ServerPlace): AnalystSql & { close(): Promise<void> } {
  const { database, expendable, close } = lazyDatabase(place);
  return { ...createAnalystSql(database, expendable), close };
}

/** The views of a server at one moment, with what the user of the connection may read. It is opened with the first export. */
export function openExportViews(place: ServerPlace): { readonly exportViews: ExportViews; close(): Promise<void> } {
  const { database, close } = lazyDatabase(place);
  return { exportViews: createExportViews(database), close };
}

/** Questions to the read models of a server, for a process that builds none and has to start whether they are there or not. */
export function openQueries(place: ServerPlace): OpenQueries {
  const { database, close } = lazyDatabase(place);
  return {
    queries: createQueries(database),
    async clock() {
      const [row] = await database.query<{ ms: number }>(CLOCK_SQL);
      return row!.ms;
    },
    close,
  };
}

export interface OpenQueries {
  readonly queries: Queries;
  /** What time it is at the server, ms since 1970. Throws `ReadModelsError`. */
  clock(): Promise<number>;
  close(): Promise<void>;
}

const CLOCK_SQL = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms';
