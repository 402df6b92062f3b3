import { mkdir, open as openFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TOPIC_NAMES, type Topic } from '@offramp/events';
import { type Database, type RootDatabase, open } from 'lmdb';
import { LogError } from '../event-log.js';
import type { FactsDatabase } from '../facts/facts-database.js';

/*
 * One LMDB environment holds everything of an installation: a database for each (topic, partition), one for the facts of
 * each partition, and one for what is known about them. So a decider's decisions, facts and progress are one transaction.
 */

const FORMAT = 1;
const FILE = 'log.mdb';
const PARTITIONS_DEFAULT = 8;
const PARTITIONS_MAX = 256;
/**
 * Address space for the file, not memory and not disk: with so much of it, the map never has to move while it is read.
 * Past it, LMDB maps the file again.
 */
const MAP_BYTES = 64 * 2 ** 30;

/** Offset of the first record → batch of records. */
export type RecordsDatabase = Database<Buffer, number>;
/** Small named values, JSON. */
export type MetaDatabase = Database<unknown, string>;

export interface Environment {
  readonly root: RootDatabase;
  readonly partitions: number;
  readonly meta: MetaDatabase;
  records(topic: Topic, partition: number): RecordsDatabase;
  facts(partition: number): FactsDatabase;
  close(): Promise<void>;
}

/** Two environments on one file in one process would corrupt it: LMDB's locks are per process. */
const openFiles = new Set<string>();

export async function openEnvironment(dir: string, partitions?: number): Promise<Environment> {
  if (partitions !== undefined && !(Number.isInteger(partitions) && partitions > 0 && partitions <= PARTITIONS_MAX)) {
    throw new LogError(`${partitions} partitions: a log has 1 to ${PARTITIONS_MAX}`, false);
  }
  const path = await pathIn(dir);
  if (openFiles.has(path)) throw new LogError(`${path} is already open in this process`, false);
  openFiles.add(path);
  let environment: Environment | undefined;
  try {
    environment = openAt(path, partitions);
    await syncDirectory(dirname(path));
    return environment;
  } catch (cause) {
    await environment?.close();
    openFiles.delete(path);
    if (cause instanceof LogError) throw cause;
    throw new LogError(`${path} cannot be opened`, false, { cause });
  }
}

/** What is in a new file is durable by itself, that it stands in its directory is not. */
async function syncDirectory(dir: string): Promise<void> {
  // Windows can't open a directory, and does not need it.
  if (process.platform === 'win32') return;
  const handle = await openFile(dir);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function pathIn(dir: string): Promise<string> {
  try {
    await mkdir(dir, { recursive: true });
    return join(await realpath(dir), FILE);
  } catch (cause) {
    throw new LogError(`${dir} cannot be made the directory of a log`, false, { cause });
  }
}

function openAt(path: string, wanted: number | undefined): Environment {
  const root = open({
    path,
    noSubdir: true,
    // A write would otherwise be acknowledged before it is on the disk, and a killed writer could leave LMDB in a panic.
    overlappingSync: false,
    // Without it the transaction of a group starts one turn of the event loop earlier.
    eventTurnBatching: false,
    maxDbs: PARTITIONS_MAX * (TOPIC_NAMES.length + 1) + 1,
    mapSize: MAP_BYTES,
    encoding: 'binary',
  } as Parameters<typeof open>[0]);
  try {
    // One transaction, so that a log is either created whole or not at all.
    return root.transactionSync(() => {
      const meta: MetaDatabase = root.openDB('meta', { encoding: 'json' });
      const partitions = agreedPartitions(path, meta, wanted);
      return openDatabases({ root, meta, partitions, path });
    });
  } catch (error) {
    void root.close();
    throw error;
  }
}

function agreedPartitions(path: string, meta: MetaDatabase, wanted: number | undefined): number {
  const format = meta.get('format');
  if (format === undefined) {
    const partitions = wanted ?? PARTITIONS_DEFAULT;
    meta.putSync('format', FORMAT);
    meta.putSync('partitions', partitions);
    return partitions;
  }
  if (format !== FORMAT) {
    throw new LogError(
      `${path} has format ${String(format)}; this program reads ${FORMAT}. Nothing was changed`,
      false,
    );
  }
  const recorded = meta.get('partitions') as number;
  if (wanted !== undefined && wanted !== recorded) {
    const detail = 'The number is fixed at creation: leave it out, or use another directory.';
    throw new LogError(`${path} has ${recorded} partitions, not ${wanted}. ${detail}`, false);
  }
  return recorded;
}

interface Opened {
  readonly root: RootDatabase;
  readonly meta: MetaDatabase;
  readonly partitions: number;
  readonly path: string;
}

function openDatabases({ root, meta, partitions, path }: Opened): Environment {
  const records = new Map<string, RecordsDatabase>();
  const facts: FactsDatabase[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    for (const topic of TOPIC_NAMES) {
      const name = `${topic}/${partition}`;
      records.set(name, root.openDB(name, { encoding: 'binary' }));
    }
    facts.push(root.openDB(`facts/${partition}`, { encoding: 'binary', keyEncoding: 'binary' }));
  }
  return {
    root,
    partitions,
    meta,
    records: (topic, partition) => records.get(`${topic}/${partition}`)!,
    facts: (partition) => facts[partition]!,
    async close() {
      await root.close();
      openFiles.delete(path);
    },
  };
}
