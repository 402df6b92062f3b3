/*
 * npm run demo | start | test | test:faults | verifier | check | bench | kafka | mutations | generate. Each command first sees
 * to what it needs (packages, the build), so that a fresh clone needs nothing but Node and npm. This file is also read by a
 * Node that is too old: keep it plain.
 */
import { fileURLToPath } from 'node:url';

const [command, ...args] = process.argv.slice(2);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Offramp needs Node 20.19 or newer; this is ${process.version}. See https://nodejs.org/en/download.`);
  process.exitCode = 1;
} else {
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
  const { runCommand } = await import('./run/commands.mjs');
  await runCommand({ root, command, args });
}
