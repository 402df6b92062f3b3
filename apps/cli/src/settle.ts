import type { Api } from './api.js';
import { unavailable } from './exits.js';

/** How far the server is: answer of POST /admin/v1/settle, which waits for at most the time it is given. */
export interface Settled {
  readonly settled: boolean;
  /** Records that are acknowledged and not yet decided, and decided and not yet projected. */
  readonly lag: number;
}

const ONE_WAIT_MS = 1000;
/** Without any progress for so long, something is stuck. */
const PATIENCE_MS = 120_000;

/** Waits until everything acknowledged so far is decided and projected. */
export async function settle(api: Api, onLag: (lag: number) => void = () => undefined): Promise<void> {
  let best = Infinity;
  let giveUpAt = Date.now() + PATIENCE_MS;
  for (;;) {
    const { body } = await api.post<Settled>('/admin/v1/settle', { timeoutMs: ONE_WAIT_MS });
    if (body.settled) return;
    onLag(body.lag);
    if (body.lag < best) giveUpAt = Date.now() + PATIENCE_MS;
    best = Math.min(best, body.lag);
    if (Date.now() > giveUpAt) {
      throw unavailable(`The server has not come any further for two minutes; ${body.lag} records wait. See its log.`);
    }
  }
}
