import { resolve } from 'node:path';

const SHARED = process.env['OFFRAMP_SHARED_DATA'] ?? resolve(import.meta.dirname, '../../../../../shared/data');

/** Real conversations, which never come into this repository; a suite over them is skipped by name where they are not there. */
export const TREES = resolve(SHARED, 'oasst-trees');
