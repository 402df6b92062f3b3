import { open } from 'node:fs/promises';

/*
 * LMDB maps its file into memory and trusts it: one that was cut short ends the process when a missing page is touched,
 * beyond any catch. So a file is looked at before it is opened. Its first two pages say, behind a page header, in the byte
 * order of this machine (lmdb 3.5.6, `MDB_meta` in its mdb.c):
 *
 *   4 magic, 4 version, 8 address, 8 map size, 4 page size, 92 more of the two trees, 8 last page, 8 transaction
 */

const MAGIC = Buffer.from(Uint32Array.of(0xbeefc0de).buffer);
const HEADER_BYTES_MAX = 64;
const PAGE_SIZE_AT = 24;
const LAST_PAGE_AT = 120;
const META_BYTES = HEADER_BYTES_MAX + LAST_PAGE_AT + 8;
const PAGE_SIZE_MAX = 65_536;

/** Whether a file is missing, empty, or an LMDB environment with all its pages. What is not is no use to anybody. */
export async function isUsable(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return true;
  try {
    const { size } = await file.stat();
    if (size === 0) return true;
    const first = readMeta(await bytesAt(0));
    if (first === undefined) return false;
    const second = readMeta(await bytesAt(first.pageSize));
    const pages = 1 + Math.max(first.lastPage, second?.lastPage ?? 0);
    return second !== undefined && size >= pages * first.pageSize;
  } finally {
    await file.close();
  }

  async function bytesAt(position: number): Promise<Buffer> {
    const { buffer, bytesRead } = await file!.read(Buffer.alloc(META_BYTES), 0, META_BYTES, position);
    return buffer.subarray(0, bytesRead);
  }
}

function readMeta(page: Buffer): { readonly pageSize: number; readonly lastPage: number } | undefined {
  const at = page.subarray(0, HEADER_BYTES_MAX).indexOf(MAGIC);
  if (at < 0 || page.length < at + LAST_PAGE_AT + 8) return undefined;
  // Both ends of this file are on one machine.
  const pageSize = new DataView(page.buffer, page.byteOffset).getUint32(at + PAGE_SIZE_AT, IS_LITTLE_ENDIAN);
  const lastPage = new DataView(page.buffer, page.byteOffset).getBigUint64(at + LAST_PAGE_AT, IS_LITTLE_ENDIAN);
  const isPossible = pageSize >= 256 && pageSize <= PAGE_SIZE_MAX;
  return isPossible ? { pageSize, lastPage: Number(lastPage) } : undefined;
}

const IS_LITTLE_ENDIAN = MAGIC[0] === 0xde;
