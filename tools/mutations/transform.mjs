import { join, relative } from 'node:path';
import swcJest from '@swc/jest';
import { MUTATIONS, SOURCES } from './mutations.mjs';

/** The mutation that OFFRAMP_MUTATION names; the sources on the disk stay as they are. */
const mutation = MUTATIONS.find(({ name }) => name === process.env['OFFRAMP_MUTATION']);

/**
 * jest's transform over swc, with one mutation put into the source before. The cache of jest goes by the text, so what one
 * mutation left there is no other's.
 * @type {{ createTransformer: typeof swcJest.createTransformer }}
 */
export default {
  createTransformer(options) {
    const swc = /** @type {any} */ (swcJest.createTransformer(options));
    return {
      ...swc,
      process: (source, path, more) => swc.process(mutated(source, path, more), path, more),
      processAsync: (source, path, more) => swc.processAsync(mutated(source, path, more), path, more),
      getCacheKey: (source, path, more) => swc.getCacheKey(mutated(source, path, more), path, more),
    };
  },
};

/**
 * @param {string} source
 * @param {string} path
 * @param {{ config: { rootDir: string } }} more
 */
function mutated(source, path, { config: { rootDir } }) {
  if (mutation === undefined || relative(rootDir, path) !== join(SOURCES, mutation.file)) return source;
  return source.replace(mutation.from, () => mutation.to);
}
