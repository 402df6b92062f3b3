import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANSWERS } from './list/answers.mjs';
import { BESIDE } from './list/beside.mjs';
import { FACTS } from './list/facts.mjs';
import { USER_MESSAGES } from './list/user-messages.mjs';

/**
 * A bug seeded into `libs/ladder/src`, and the specs that find it: one of examples and one of properties where both do.
 * @typedef {object} Mutation
 * @property {string} name
 * @property {string} file under `libs/ladder/src`
 * @property {string} from stands in the file exactly once
 * @property {string} to
 * @property {string} breaks what is wrong then, in one sentence
 * @property {readonly string[]} killedBy names of specs, without `.spec.ts`; each of them fails
 */

export const SOURCES = join('libs', 'ladder', 'src');

/** @type {readonly Mutation[]} */
export const MUTATIONS = [...FACTS, ...USER_MESSAGES, ...ANSWERS, ...BESIDE];

/**
 * How often the text of a mutation stands in its file: anything but once means that the list is behind the sources.
 * @param {string} root
 * @param {Mutation} mutation
 */
export function occurrences(root, { file, from }) {
  return readFileSync(join(root, SOURCES, file), 'utf8').split(from).length - 1;
}
