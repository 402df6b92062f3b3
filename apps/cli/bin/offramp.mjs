#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * In a clone the repository's tools stand beside the sources: they install and build what is missing first, so that
 * `npx offramp` always runs what the sources say. Where only the build was shipped there is nothing to see to.
 */
const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[\\/]$/, '');
const isClone = existsSync(`${root}/tools/run/build.mjs`) && existsSync(`${root}/apps/cli/src`);

if (isClone) {
  const { ensureInstalled } = await import('../../../tools/run/installation.mjs');
  const { ensureBuilt } = await import('../../../tools/run/build.mjs');
  if (!(await ensureInstalled(root)) || !(await ensureBuilt(root))) process.exit(1);
}
await import('../dist/main.js');
