/**
 * Whether this process can do its work. Each part reports the cause why it can't, under a name of its own, and takes it back;
 * ready is who has no cause left.
 */
export class Readiness {
  private readonly byPart = new Map<string, string>();

  /** `cause` undefined: this part is fine. A cause is a sentence for an operator and carries no text of anybody. */
  report(part: string, cause: string | undefined): void {
    if (cause === undefined) this.byPart.delete(part);
    else this.byPart.set(part, cause);
  }

  get causes(): readonly { readonly part: string; readonly cause: string }[] {
    return [...this.byPart].map(([part, cause]) => ({ part, cause }));
  }
}
