import { decodeScopePart, encodePart } from './fact-codec.js';

/**
 * The scopes that have any fact: asked for each message, and for most the answer is no. A set of strings, as large as the
 * number of threads that ever gave trouble and are not forgotten.
 */
export class KnownScopes {
  private readonly plain = new Set<string>();
  /** Long scopes, by the hash that stands for them in the keys. */
  private readonly hashed = new Set<string>();

  has(scope: string): boolean {
    if (this.plain.has(scope)) return true;
    if (this.hashed.size === 0) return false;
    const { hashed, text } = decodeScopePart(encodePart(scope));
    return hashed && this.hashed.has(text);
  }

  add(part: Buffer): void {
    const { hashed, text } = decodeScopePart(part);
    (hashed ? this.hashed : this.plain).add(text);
  }

  delete(part: Buffer): void {
    const { hashed, text } = decodeScopePart(part);
    (hashed ? this.hashed : this.plain).delete(text);
  }
}
