import { constants } from 'node:os';

/*
 * How the process ends. The first SIGINT or SIGTERM, and the end of the process that started it, ask for an orderly stop;
 * a second signal ends it at once. What cannot be gone on from ends it at once, too: a server that limps loses more than
 * one that starts again from what is durable.
 */

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface ProcessLife {
  /** Resolves when somebody wants the process to stop. */
  readonly stopRequested: Promise<void>;
  requestStop(): void;
}

export function watchProcess(onFatal: (error: unknown) => void): ProcessLife {
  let requestStop = (): void => undefined;
  const stopRequested = new Promise<void>((resolve) => {
    requestStop = resolve;
  });
  let signalled = false;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (signalled) process.exit(128 + constants.signals[signal]);
      signalled = true;
      requestStop();
    });
  }
  // Only where another process started this one with a channel, such as `offramp start`.
  process.on('disconnect', requestStop);
  process.on('uncaughtException', onFatal);
  process.on('unhandledRejection', onFatal);
  return { stopRequested, requestStop };
}

/** Tells the process that started this one, where that listens. */
export function tellParent(message: { readonly ready: string } | { readonly inUse: true }): void {
  if (process.connected) process.send?.(message);
}
