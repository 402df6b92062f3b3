/** Lets others wait for the next change of something, whatever it is. */
export class Changes {
  private waiting: (() => void)[] = [];

  /** Resolves at the next `tell`. Take it before looking at the state, or a change in between is missed. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  tell(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
