import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const LIBRARY = resolve(import.meta.dirname, '../../../../libs/read-models');
const SCRIPT = `
  import { PGlite } from '@electric-sql/pglite';
  const database = await PGlite.create({ dataDir: process.argv[1] });
  await database.exec(process.argv[2]);
  await database.close();`;

/** Somebody who changes the embedded database of a data directory by hand, while no server runs on it. */
export async function byHand(dataDir: string, sql: string): Promise<void> {
  const args = ['--input-type=module', '-e', SCRIPT, join(dataDir, 'postgres'), sql];
  await promisify(execFile)(process.execPath, args, { cwd: LIBRARY });
}
