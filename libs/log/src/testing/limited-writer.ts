import { writeSync } from 'node:fs';
import { TOPICS } from '@offramp/events';
import { openEmbeddedLog } from '../embedded/embedded-log.js';
import { LogError } from '../event-log.js';

/*
 * A process that writes until the operating system refuses (its parent has set a limit to the size of files), and tells
 * on standard output how many records were acknowledged and how the log answered afterwards.
 */

export interface Limited {
  readonly acknowledged: number;
  readonly failed: { readonly message: string; readonly retriable: boolean };
  readonly after: { readonly message: string; readonly retriable: boolean };
}

const [dir] = process.argv.slice(2) as [string];
const log = await openEmbeddedLog({ dir, partitions: 1 });
let acknowledged = 0;

async function append(bytes: number): Promise<void> {
  const records = [{ key: 'acme/t1', value: Buffer.alloc(bytes, String(acknowledged % 10)) }];
  await log.append([{ topic: TOPICS.inbound, partition: 0, records }]);
  acknowledged++;
}

async function failureOf(work: () => Promise<unknown>): Promise<Limited['failed']> {
  for (;;) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      return { message: error.message, retriable: error.retriable };
    }
  }
}

const failed = await failureOf(() => append(50_000));
// So little would fit.
const after = await failureOf(() => append(1));
await log.close();
writeSync(1, JSON.stringify({ acknowledged, failed, after } satisfies Limited));
