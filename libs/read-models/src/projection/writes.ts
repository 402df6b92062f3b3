/** What is done one after the other while the caller goes on. The first failure ends it, and is told by `done`. */
export interface Writes {
  add(write: () => Promise<unknown>): void;
  readonly failed: boolean;
  done(): Promise<void>;
}

export function inOrder(): Writes {
  let last: Promise<unknown> = Promise.resolve();
  let failed = false;
  return {
    add(write) {
      last = last.then(write);
      last.catch(() => (failed = true));
    },
    get failed() {
      return failed;
    },
    async done() {
      await last;
    },
  };
}
