import { promisify } from 'node:util';
import { unzip } from 'node:zlib';
import { LogError } from '../event-log.js';

const unpack = promisify(unzip);
const CODEC_MASK = 0x07;
const NONE = 0;
const GZIP = 1;
/** Text of our kind shrinks to a tenth; so the room for the whole of it is mostly asked for at once. */
const EXPECTED_RATIO = 10;
const CHUNK_BYTES_MIN = 64 * 1024;
const CHUNK_BYTES_MAX = 4 * 2 ** 20;

/** The records of a batch as they were sent. kafkajs unpacks in pieces of 16 kB, each of which crosses to another thread. */
export async function unpackRecords(attributes: number, packed: Buffer): Promise<Buffer> {
  const codec = attributes & CODEC_MASK;
  if (codec === NONE) return packed;
  if (codec !== GZIP) throw new LogError(`a batch is packed by codec ${codec}; this program reads gzip (1)`, false);
  const expected = packed.length * EXPECTED_RATIO;
  return unpack(packed, { chunkSize: Math.min(Math.max(expected, CHUNK_BYTES_MIN), CHUNK_BYTES_MAX) });
}
