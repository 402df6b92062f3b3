import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { identityOf, isAlive } from './process-identity.js';

/*
 * One process owns a data directory. Its lock file tells the others who, where it answers and with which token; it is
 * written beside its place and linked there, so nobody ever reads half of one.
 *
 * The lock of a dead process is replaced by a rename, under a lock of its own that is named after the dead one's token.
 * Unlinking it instead is the tempting change that lets two starters in: the slower one would remove the lock that the
 * faster one has just taken.
 */

const LOCK_FILE = 'offramp.lock';

const lockSchema = z.object({
  pid: z.int().positive(),
  born: z.string().optional(),
  /** Where the server answers; null until it listens. */
  url: z.string().nullable(),
  /** Opens /admin/v1. Whoever can read the file (mode 0600) may use it. */
  token: z.string().min(1),
  startedAt: z.string(),
});
export type LockContent = z.infer<typeof lockSchema>;

export interface DataLock {
  readonly token: string;
  /** Tells the others where this server answers. */
  announce(url: string): void;
  /** Gives the directory up. Does nothing where that was done before. */
  release(): void;
}

/** Another living process owns the directory. */
export class DirectoryInUse extends Error {
  constructor(
    readonly directory: string,
    readonly owner: LockContent,
  ) {
    const where = owner.url === null ? 'which is starting' : `at ${owner.url}`;
    super(
      `The data directory ${directory} is in use by another Offramp (process ${owner.pid}, ${where}). ` +
        'Stop that one, or choose another directory with OFFRAMP_DATA.',
    );
    this.name = 'DirectoryInUse';
  }
}

/** Takes the directory, which is created where it is missing, or throws `DirectoryInUse`. */
export function lockDirectory(directory: string): DataLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, LOCK_FILE);
  const token = randomBytes(24).toString('base64url');
  const content: LockContent = { ...identityOf(process.pid), url: null, token, startedAt: new Date().toISOString() };
  const owner = take(path, content);
  if (owner !== undefined) throw new DirectoryInUse(directory, owner);
  let held = true;
  return {
    token,
    announce: (url) => replace(path, { ...content, url }),
    release: () => {
      if (held) rmSync(path, { force: true });
      held = false;
    },
  };
}

/** Returns the living owner where there is one. */
function take(path: string, content: LockContent): LockContent | undefined {
  for (;;) {
    if (create(path, content)) return undefined;
    const found = read(path);
    if (found === 'gone') continue;
    if (found !== 'unreadable' && isAlive(found)) return found;
    const owner = takeFromTheDead(path, found, content);
    if (owner !== 'changed') return owner;
  }
}

/**
 * Only the holder of the inner lock may replace the lock of this dead process, and the lock can't change otherwise: what
 * was read under the inner lock still holds at the rename. A starter that died here leaves an inner lock to take over.
 */
function takeFromTheDead(
  path: string,
  dead: LockContent | 'unreadable',
  content: LockContent,
): LockContent | undefined | 'changed' {
  const inner = `${path}.${tokenOf(dead)}`;
  const rival = take(inner, content);
  if (rival !== undefined) return rival;
  try {
    const found = read(path);
    if (found === 'gone' || tokenOf(found) !== tokenOf(dead)) return 'changed';
    replace(path, content);
    return undefined;
  } finally {
    rmSync(inner, { force: true });
  }
}

function tokenOf(found: LockContent | 'unreadable'): string {
  return found === 'unreadable' ? found : found.token;
}

/** An unreadable lock was cut short by a power failure: no living process leaves one. */
function read(path: string): LockContent | 'unreadable' | 'gone' {
  const text = readText(path);
  if (text === undefined) return 'gone';
  try {
    return lockSchema.parse(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

/** Throws where the file is there but may not be read: it may be a living process's. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function create(path: string, content: LockContent): boolean {
  const draft = write(path, content);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function replace(path: string, content: LockContent): void {
  renameSync(write(path, content), path);
}

function write(path: string, content: LockContent): string {
  const draft = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.draft`;
  writeFileSync(draft, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: 'wx' });
  return draft;
}
