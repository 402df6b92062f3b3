import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = `
  import { PGlite } from '@electric-sql/pglite';
  const database = await PGlite.create({ dataDir: process.argv[1] });
  await database.exec(process.argv[2]);
  await database.close();`;

/** Somebody who changes the embedded database of a data directory by hand, while no server runs on it. */
export async function byHand(dataDir: string, sql: string): Promise<void> {
  const args = ['--input-type=module', '-e', SCRIPT, join(dataDir, 'postgres'), sql];
  // Node looks for packages from here on.
  await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
}
