import type { ExportOptions, ExportPart } from '@offramp/read-models';
import { badUsage, unavailable } from './exits.js';
import { dataDirectory, withServer } from './installation.js';
import type { Session } from './session.js';

type Use = (parts: AsyncIterable<ExportPart>) => Promise<void>;

/** Reads an export of the server that OFFRAMP_DATABASE_URL names, or else of the installation in the data directory. */
export async function withExport({ env }: Session, asked: ExportOptions & { signal: AbortSignal }, use: Use) {
  const { signal, ...options } = asked;
  const url = env['OFFRAMP_DATABASE_URL'];
  if (url) return ofServer(url, asked, use);
  await withServer({ directory: dataDirectory(env), env, signal }, (api) => {
    const query = { views: options.views?.join(','), tenant: options.tenant };
    return use(partsIn(api.lines('/admin/v1/export', query), signal));
  });
}

async function ofServer(url: string, { signal, ...options }: ExportOptions & { signal: AbortSignal }, use: Use) {
  // Loaded here, so that no other command waits for a database driver.
  const { NoSuchView, ReadModelsError, openExportViews } = await import('@offramp/read-models');
  const opened = openExportViews({ url, connections: 1 });
  try {
    await use(until(signal, opened.exportViews(options)));
  } catch (error) {
    if (error instanceof NoSuchView) throw badUsage(`${error.message}.`);
    if (error instanceof ReadModelsError) throw unavailable(error.message, error);
    throw error;
  } finally {
    await opened.close();
  }
}

async function* until(signal: AbortSignal, parts: AsyncIterable<ExportPart>): AsyncGenerator<ExportPart, void> {
  for await (const part of parts) {
    signal.throwIfAborted();
    yield part;
  }
}

/** Each line is a part. A server that ends in the middle breaks the stream. */
async function* partsIn(lines: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<ExportPart, void> {
  try {
    for await (const line of lines) yield JSON.parse(line) as ExportPart;
  } catch (error) {
    if (signal.aborted || !(error instanceof TypeError)) throw error;
    throw unavailable(`The server has ended the export in the middle (${error.message}).`, error);
  }
}
