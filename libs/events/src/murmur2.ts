const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/**
 * Murmur2 as Apache Kafka's Java client computes it (`org.apache.kafka.common.utils.Utils.murmur2`): 32 bit, that seed.
 * Returns a signed 32-bit integer. Used so that any Kafka client can compute our partitions.
 */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let h = SEED ^ length;
  const blocks = length >> 2;
  for (let i = 0; i < blocks; i++) {
    const at = i << 2;
    let k = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = blocks << 2;
  const tail = length & 3;
  if (tail === 3) h ^= bytes[rest + 2]! << 16;
  if (tail >= 2) h ^= bytes[rest + 1]! << 8;
  if (tail >= 1) h = Math.imul(h ^ bytes[rest]!, M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

/** Kafka's `Utils.toPositive`: the lower 31 bits, 0 … 2^31-1. */
export function toPositive(hash: number): number {
  return hash & 0x7fffffff;
}
