import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { handOver } from './cli.mjs';
import { say } from './say.mjs';

/**
 * `npm run bench -- NAME [--quick]` runs bench/NAME.mjs; `--list` names them all, with the first line of what they say they
 * measure.
 * @param {import('./commands.mjs').Call} call
 */
export async function bench({ root, args }) {
  const folder = join(root, 'bench');
  const [name, ...rest] = args;
  if (name === '--list') {
    for (const known of benchmarksIn(folder)) process.stdout.write(`${known.padEnd(20)} ${firstLine(folder, known)}\n`);
    return 0;
  }
  if (name === undefined || !existsSync(join(folder, `${name}.mjs`))) {
    say(`Usage: npm run bench -- NAME [--quick], where NAME is one of: ${benchmarksIn(folder).join(', ')}`);
    return 2;
  }
  await handOver(join(folder, `${name}.mjs`), rest);
  return undefined;
}

/** @param {string} folder */
function benchmarksIn(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
  return names.map((file) => file.slice(0, -'.mjs'.length)).sort();
}

/**
 * @param {string} folder
 * @param {string} name
 */
function firstLine(folder, name) {
  const doc = /\/\*\*?\s*\*?\s*([^\n]*)/.exec(readFileSync(join(folder, `${name}.mjs`), 'utf8'));
  return (doc?.[1] ?? '').replace(/\s*\*\/\s*$/, '');
}
