import { threadKey } from './ids.js';
import { murmur2, toPositive } from './murmur2.js';

const utf8 = new TextEncoder();

/**
 * The partition of a key: Kafka's default, `toPositive(murmur2(key)) % partitions`, over the key's UTF-8 bytes.
 * It is always computed here and never left to a client's default. Vectors: `partition.spec.ts`.
 */
export function partitionOfKey(key: string, partitions: number): number {
  return toPositive(murmur2(utf8.encode(key))) % partitions;
}

export function partitionOfThread(tenant: string, threadId: string, partitions: number): number {
  return partitionOfKey(threadKey(tenant, threadId), partitions);
}

/**
 * A stable number in [0, 1) for a thread, one for each salt. A policy with share s covers the threads below s, so a larger
 * share of the same policy name covers all that the smaller one did.
 */
export function shareOfThread(salt: string, tenant: string, threadId: string): number {
  return toPositive(murmur2(utf8.encode(`${salt}/${threadKey(tenant, threadId)}`))) / 2 ** 31;
}
