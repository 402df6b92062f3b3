import { type ReadModels, openReadModels } from '../read-models.js';
import type { Entry } from '../projection/entry.js';
import { type TestPlace, embeddedPlace } from './databases.js';

/** Read models on an embedded database of their own. */
export interface Opened {
  readonly readModels: ReadModels;
  readonly at: TestPlace<{ dataDir: string }>;
  close(): Promise<void>;
}

export async function openEmbeddedReadModels(): Promise<Opened> {
  const at = await embeddedPlace();
  const readModels = await openReadModels(at.place);
  return {
    readModels,
    at,
    async close() {
      await readModels.close();
      await at.remove();
    },
  };
}

/** Projects a partition from where it is, in one batch. */
export async function project({ events }: ReadModels, entries: readonly Entry[], partition = 0): Promise<void> {
  const { epoch, cursor } = await events.claim(partition);
  const inbound = (entries.at(-1)?.offset ?? -1) + 1;
  await events.apply({ partition, epoch, from: cursor.inbound, entries, next: { inbound, decisions: inbound } });
}
