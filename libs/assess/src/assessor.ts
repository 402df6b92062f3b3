import type { Evidence, Role } from '@offramp/events';

export interface Turn {
  readonly role: Role;
  readonly text: string;
}

/** A message as an assessor sees it. `context`: earlier turns of the same line, oldest first; never logged. */
export interface AssessedMessage extends Turn {
  readonly context?: readonly Turn[];
}

/**
 * Says what one message shows. `name` and `version` go into the evidence, so that every decision can name what it
 * rests on: the same name and version must give the same evidence for the same message. May throw; `bounded` makes
 * that harmless.
 */
export interface Assessor {
  /** 1 to 64 characters. */
  readonly name: string;
  readonly version: string;
  assess(message: AssessedMessage, signal?: AbortSignal): Evidence | Promise<Evidence>;
}

export interface Bounds {
  /** How long one assessment may take, ms. Only an assessor that answers with a promise can be stopped. */
  readonly timeoutMs?: number;
  /** How many assessments may be under way at once; one more is answered `unavailable` rather than queued. */
  readonly inFlightMax?: number;
}

export const ASSESS_TIMEOUT_MS = 1_500;
export const ASSESS_IN_FLIGHT_MAX = 256;

/** Evidence that nothing is known: it never counts against anybody (FAIL-SAFE). */
export function unavailable({ name, version }: Pick<Assessor, 'name' | 'version'>): Evidence {
  return { assessor: name, version, status: 'unavailable', harm: {} };
}

/**
 * The same assessor, but one that always answers: a throw, a time-out or too many at once become status `unavailable`.
 * An answer that is there at once stays synchronous.
 */
export function bounded(assessor: Assessor, bounds: Bounds = {}): Assessor {
  const { timeoutMs = ASSESS_TIMEOUT_MS, inFlightMax = ASSESS_IN_FLIGHT_MAX } = bounds;
  const { name, version } = assessor;
  let inFlight = 0;
  /** Where the answer was there at once nobody listens to the signal any more, and making one costs as much as many an answer. */
  let unused = new AbortController();

  async function waitFor(answer: Promise<Evidence>, abort: AbortController): Promise<Evidence> {
    inFlight += 1;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Evidence>((resolve) => {
      timer = setTimeout(() => resolve(unavailable(assessor)), timeoutMs);
    });
    const failed = answer.catch(() => unavailable(assessor));
    // The slot is free only when the assessor has really finished, so one that hangs can't be called without bound.
    void failed.finally(() => (inFlight -= 1));
    try {
      return await Promise.race([failed, late]);
    } finally {
      clearTimeout(timer);
      abort.abort();
    }
  }

  return {
    name,
    version,
    assess(message) {
      if (inFlight >= inFlightMax) return unavailable(assessor);
      try {
        const abort = unused;
        const answer = assessor.assess(message, abort.signal);
        if (!(answer instanceof Promise)) return answer;
        unused = new AbortController();
        return waitFor(answer, abort);
      } catch {
        return unavailable(assessor);
      }
    },
  };
}
