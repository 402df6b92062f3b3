import { type ServerPlace, lazyDatabase } from '../database/open-database.js';
import { type Queries, createQueries } from './queries.js';

/** Questions to the read models of a server, for a process that builds none and has to start whether they are there or not. */
export function openQueries(place: ServerPlace): { readonly queries: Queries; close(): Promise<void> } {
  const { database, close } = lazyDatabase(place);
  return { queries: createQueries(database), close };
}
