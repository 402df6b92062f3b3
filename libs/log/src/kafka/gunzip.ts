import { promisify } from 'node:util';
import { unzip } from 'node:zlib';
import { LogError } from '../event-log.js';

const unpack = promisify(unzip);
const CODEC_MASK = 0x07;
const NONE = 0;
const GZIP = 1;
const CHUNK_BYTES_MIN = 64 * 1024;
const CHUNK_BYTES_MAX = 4 * 2 ** 20;
/** A gzip member ends in the length of what it holds, modulo 2^32 (RFC 1952, 2.3.1). */
const LENGTH_BYTES = 4;

/** The records of a batch as they were sent. kafkajs unpacks in pieces of 16 kB, each of which crosses to another thread. */
export async function unpackRecords(attributes: number, packed: Buffer): Promise<Buffer> {
  const codec = attributes & CODEC_MASK;
  if (codec === NONE) return packed;
  if (codec !== GZIP) throw new LogError(`a batch is packed by codec ${codec}; this program reads gzip (1)`, false);
  // The room for the whole of it is asked for at once, and a byte more, or the end would be looked for in another piece.
  const expected = packed.length < LENGTH_BYTES ? 0 : packed.readUInt32LE(packed.length - LENGTH_BYTES) + 1;
  return unpack(packed, { chunkSize: Math.min(Math.max(expected, CHUNK_BYTES_MIN), CHUNK_BYTES_MAX) });
}
