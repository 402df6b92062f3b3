/*
 * Creates a first key where there is none at all, because nothing listens where others can reach it before there is one. It
 * goes to a file, not to the output: logs are kept, and read by many.
 *
 * first-key.mjs FILE      creates it; does nothing where a key is there
 * first-key.mjs FILE show prints it
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
const TENANT = process.env['FIRST_KEY_TENANT'] ?? 'default';
const SCOPES = 'write,read,review,admin';

/** @param {readonly string[]} args */
const offramp = (args) =>
  execFileSync(process.execPath, [CLI, ...args, '--json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const [file, command] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: first-key.mjs FILE [show]');
  process.exitCode = 2;
} else if (command === 'show') {
  process.stdout.write(readFileSync(file, 'utf8'));
} else {
  const keys = offramp(['keys', 'ls'])
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  if (keys.some(({ revokedAt }) => revokedAt === undefined)) {
    console.log(existsSync(file) ? `There is a key; the first one is in ${file}.` : 'There is a key.');
  } else {
    const create = [
      'keys',
      'create',
      '--tenant',
      TENANT,
      '--scopes',
      SCOPES,
      '--name',
      'first key',
      '--by',
      'first-key',
    ];
    const { key } = JSON.parse(offramp(create));
    writeFileSync(file, `${key}\n`, { mode: 0o600 });
    console.log(`The first key, of the tenant ${TENANT}, is in ${file}.`);
  }
}
