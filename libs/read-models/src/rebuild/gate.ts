/** Lets work pass, or holds it up while nothing may change. */
export interface Gate {
  pass<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Waits for what is passing, and lets nothing begin until `work` is done. */
  hold<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createGate(): Gate {
  const passing = new Set<Promise<unknown>>();
  let held: Promise<unknown> | undefined;

  async function holdNow<Result>(work: () => Promise<Result>): Promise<Result> {
    await Promise.allSettled(passing);
    return work();
  }

  return {
    async pass(work) {
      while (held !== undefined) await held.catch(() => {});
      const run = work();
      passing.add(run);
      try {
        return await run;
      } finally {
        passing.delete(run);
      }
    },
    async hold(work) {
      while (held !== undefined) await held.catch(() => {});
      const holding = holdNow(work);
      held = holding;
      try {
        return await holding;
      } finally {
        held = undefined;
      }
    },
  };
}
