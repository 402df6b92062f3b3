import { fileURLToPath } from 'node:url';
import base from '../../jest.config.mjs';

const [[pattern, [, options]]] = /** @type {any} */ (Object.entries(base.transform));

/** The configuration of all tests, over sources with one mutation in them. */
export default {
  ...base,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, ''),
  transform: { [pattern]: [fileURLToPath(new URL('transform.mjs', import.meta.url)), options] },
};
