/*
 * Runs once, in a child process that ends afterwards: initialising a data directory takes some 800 MB, which a process
 * would keep. Plain JavaScript that imports npm packages only, so that it needs no build. Usage: initialise.mjs DIRECTORY
 */
import { rename, rm } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';

// Optimising the code takes longer than all that this process does with it. A V8 without this flag goes on as it is.
setFlagsFromString('--liftoff-only');

const directory = process.argv[2];
const unfinished = `${directory}.unfinished`;

// A directory that was begun by a killed process is no database. It gets its name when it is whole.
await rm(unfinished, { recursive: true, force: true });
const database = await PGlite.create({ dataDir: unfinished });
await database.close();
await rename(unfinished, directory);
