import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Encoder,
  type ExportBeginning,
  type ExportFormat,
  type ExportPart,
  createEncoder,
} from '@offramp/read-models';
import { z } from 'zod';
import { badUsage, unavailable } from './exits.js';
import { VERSION } from './version.js';

/*
 * An export in a folder. It is whole where there is a manifest: files have names of their own until all of them are there, the
 * manifest comes last, and one that is replaced is there until then.
 */

const MANIFEST = 'manifest.json';
const PARTIAL = '.partial';
/** What an export that was killed leaves. */
const UNFINISHED = /^\w+\.(ndjson|csv|parquet)\.partial$/;
/** Of the manifest's layout. */
const LAYOUT = 1;

const fileSchema = z.object({
  file: z.string().regex(/^\w+\.(ndjson|csv|parquet)$/),
  view: z.string(),
  rows: z.int(),
  bytes: z.int(),
  sha256: z.string(),
});
export type ExportedFile = z.infer<typeof fileSchema>;

const manifestSchema = z.object({
  export: z.literal(LAYOUT),
  /** The version that has written it. */
  offramp: z.string(),
  format: z.string(),
  /** All rows are those of this moment, RFC 3339, and of this position; null where the user may not know it. */
  at: z.string(),
  position: z.string().nullable(),
  /** Null: the rows of all tenants. */
  tenant: z.string().nullable(),
  files: z.array(fileSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;

export interface FolderExport {
  readonly directory: string;
  readonly format: ExportFormat;
  readonly tenant?: string | undefined;
  /** Told now and then how many rows of a view are written. */
  readonly onRows: (view: string, rows: number) => void;
}

/** Makes the folder where there is none. Throws `CommandFailure` where it holds something and nothing may be replaced. */
export async function prepareFolder(directory: string, mayReplace: boolean): Promise<void> {
  const found = await orBadFolder(directory, async () => {
    await mkdir(directory, { recursive: true });
    return readdir(directory);
  });
  if (found.length === 0 || mayReplace) return;
  const unfinished = found.some((name) => name.endsWith(PARTIAL)) && !found.includes(MANIFEST);
  const what = unfinished ? 'holds an export that was not finished' : 'is not empty';
  throw badUsage(`${directory} ${what}. Name another folder, or replace what is there with --yes.`);
}

/** Writes a whole export, or leaves the folder as it was. */
export async function writeFolder(parts: AsyncIterable<ExportPart>, options: FolderExport): Promise<Manifest> {
  const { directory, format, tenant = null } = options;
  const files: ExportedFile[] = [];
  try {
    const { position, at } = await writeFiles(parts, options, files);
    const manifest = { export: LAYOUT, offramp: VERSION, format, at, position, tenant, files } as const;
    await orNoRoom(directory, () => finish(directory, manifest));
    return manifest;
  } catch (error) {
    for (const { file } of files) await rm(join(directory, file + PARTIAL), { force: true });
    throw error;
  }
}

/** Adds each file to `files` as soon as it is there. */
async function writeFiles(
  parts: AsyncIterable<ExportPart>,
  options: FolderExport,
  files: ExportedFile[],
): Promise<ExportBeginning> {
  let beginning: ExportBeginning | undefined;
  let file: OpenFile | undefined;
  let isWhole = false;
  try {
    for await (const part of parts) {
      if ('views' in part) beginning = part;
      else if ('rows' in part) options.onRows(file!.of.view, await file!.write(part.rows));
      else {
        await file?.finish();
        isWhole = 'end' in part;
        file =
          'end' in part ? undefined : await openFile({ ...options, view: part.view, views: beginning!.views }, files);
      }
    }
  } finally {
    await file?.close();
  }
  if (beginning === undefined || !isWhole) throw unavailable('The server has ended the export in the middle.');
  return beginning;
}

interface OpenFile {
  readonly of: ExportedFile;
  /** Resolves to the number of rows so far. */
  write(rows: Parameters<Encoder['rows']>[0]): Promise<number>;
  finish(): Promise<void>;
  close(): Promise<void>;
}

interface FileOf extends FolderExport {
  readonly view: string;
  readonly views: ExportBeginning['views'];
}

async function openFile({ directory, format, view, views }: FileOf, files: ExportedFile[]): Promise<OpenFile> {
  const of = { file: `${view}.${format}`, view, rows: 0, bytes: 0, sha256: '' };
  const encoder = encoderOf({ views }, view, format);
  const path = join(directory, of.file + PARTIAL);
  const handle = await orBadFolder(directory, () => open(path, 'w'));
  files.push(of);
  const hash = createHash('sha256');
  const add = (bytes: Uint8Array) => {
    of.bytes += bytes.length;
    hash.update(bytes);
    return orNoRoom(path, () => handle.writeFile(bytes));
  };
  return {
    of,
    async write(rows) {
      await add(encoder.rows(rows));
      return (of.rows += rows.length);
    },
    async finish() {
      await add(encoder.end());
      of.sha256 = hash.digest('hex');
      await orNoRoom(path, () => handle.sync());
      await handle.close();
    },
    close: () => handle.close(),
  };
}

export function encoderOf({ views }: Pick<ExportBeginning, 'views'>, name: string, format: ExportFormat): Encoder {
  return createEncoder(format, views.find(({ view }) => view === name)!.columns);
}

/** From here on the export of before is gone: its manifest first, so that it never tells of files that are not its own. */
async function finish(directory: string, manifest: Manifest): Promise<void> {
  const path = join(directory, MANIFEST);
  const before = await filesBefore(path);
  await rm(path, { force: true });
  const names = manifest.files.map(({ file }) => file);
  const unfinished = (await readdir(directory)).filter((name) => UNFINISHED.test(name));
  const stale = [...before, ...unfinished].filter((name) => !names.includes(name.replace(PARTIAL, '')));
  for (const name of stale) await rm(join(directory, name), { force: true });
  for (const name of names) await rename(join(directory, name + PARTIAL), join(directory, name));
  const handle: FileHandle = await open(path + PARTIAL, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(path + PARTIAL, path);
}

/** What is no manifest of ours names no files that we may remove. */
async function filesBefore(path: string): Promise<readonly string[]> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(path, 'utf8'))).files.map(({ file }) => file);
  } catch {
    return [];
  }
}

async function orBadFolder<Result>(directory: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw badUsage(`Nothing can be written to ${directory}: ${(error as Error).message}.`);
  }
}

async function orNoRoom<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw unavailable(`${path} cannot be written: ${(error as Error).message}. Nothing of the export is kept.`, error);
  }
}
