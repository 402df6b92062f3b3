import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startStandalone } from './testing/standalone-process.js';

/** What the README tells a new user to type, and what it says they will see. */
const README = readFileSync(fileURLToPath(new URL('../../../README.md', import.meta.url)), 'utf8');

function blockOf(language: string): string {
  const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(README)?.[1];
  if (block === undefined) throw new Error(`The README has no block of ${language}`);
  return block;
}

it('does by curl what the README says, from the first redirect over 409 to a new branch', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'offramp-readme-'));
  const server = await startStandalone({ dataDir });
  try {
    const env = { ...process.env, OFFRAMP: server.url };
    const { stdout } = await promisify(execFile)('bash', ['-c', blockOf('bash')], { env });
    expect(stdout).toBe(blockOf('text'));
  } finally {
    await server.end('SIGTERM');
    rmSync(dataDir, { recursive: true, force: true });
  }
});
