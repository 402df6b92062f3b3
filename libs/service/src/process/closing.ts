interface Closable {
  close(): Promise<void>;
}

/** One after the other, in the order given. */
export async function closeInOrder(...opened: readonly Closable[]): Promise<void> {
  for (const each of opened) await each.close();
}

/** What was opened before a failed step is closed again, or the same could not be opened once more. */
export async function orClose<Result>(opened: Closable, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    await opened.close();
    throw error;
  }
}
