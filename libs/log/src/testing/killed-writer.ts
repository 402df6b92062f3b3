import { writeSync } from 'node:fs';
import { TOPICS } from '@offramp/events';
import { openEmbeddedLog } from '../embedded/embedded-log.js';
import type { EventLog, NewRecord } from '../event-log.js';

/*
 * A process that writes as fast as it can until it is killed, and tells on standard output, at once, what was
 * acknowledged to it and what it could read.
 */

export type Told =
  | { readonly kind: 'appended'; readonly partition: number; readonly first: number; readonly texts: readonly string[] }
  | { readonly kind: 'read'; readonly partition: number; readonly offset: number; readonly text: string }
  | { readonly kind: 'committed'; readonly offset: number };

const PARTITIONS = 3;
const WRITERS = 6;
const BATCH_MAX = 40;
/** Some records take pages of their own. */
const PADDING = [0, 10, 500, 9000];

const [dir, run] = process.argv.slice(2) as [string, string];
const log = await openEmbeddedLog({ dir, partitions: PARTITIONS });
const writers = Array.from({ length: WRITERS }, (_, writer) => write(log, writer));
await Promise.all([...writers, decide(log), follow(log, 1)]);

function tell(told: Told): void {
  // Not `console.log`: the line has to be out of this process when the call has returned.
  writeSync(1, `${JSON.stringify(told)}\n`);
}

async function write(to: EventLog, writer: number): Promise<never> {
  const partition = writer % PARTITIONS;
  for (let batch = 0; ; batch++) {
    const texts = Array.from(
      { length: 1 + ((batch * 7 + writer) % BATCH_MAX) },
      (_, at) => `${run}:${writer}:${batch}:${at}`,
    );
    const padding = PADDING[(batch + writer) % PADDING.length]!;
    const records = texts.map((text): NewRecord => ({ key: 'acme/t1', value: Buffer.from(text.padEnd(padding)) }));
    const [first] = await to.append([{ topic: TOPICS.inbound, partition, records }]);
    tell({ kind: 'appended', partition, first: first!, texts });
  }
}

/** One decision, one fact and one progress for each offset, going on from the progress of the run before. */
async function decide(to: EventLog): Promise<never> {
  const state = await to.openState(0);
  for (let offset = (state.progress?.offset ?? -1) + 1; ; offset++) {
    await state.commit({
      decisions: [{ key: 'acme/t1', value: Buffer.from(String(offset)) }],
      facts: [{ kind: 'guard', scope: 'acme/t1', name: '', at: offset, value: { raised: true } }],
      progress: { offset, time: offset },
    });
    tell({ kind: 'committed', offset });
  }
}

async function follow(from: EventLog, partition: number): Promise<never> {
  let { end: next } = await from.bounds(TOPICS.inbound, partition);
  for (;;) {
    const read = await from.read(TOPICS.inbound, partition, next, { waitMs: 60_000 });
    next = read.next;
    const last = read.records.at(-1);
    if (last !== undefined) {
      tell({ kind: 'read', partition, offset: last.offset, text: last.value.toString().trimEnd() });
    }
  }
}
