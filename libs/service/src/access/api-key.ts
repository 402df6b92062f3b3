import { randomInt, timingSafeEqual } from 'node:crypto';
import { sha256Hex } from '@offramp/events';

/*
 * A key is `ofr_<id>_<secret>`. The id is no secret: it finds the key's record without a search over hashes, and names it in
 * lists. The secret has 256 bits of chance, so one round of SHA-256 is enough at rest: there is nothing to guess.
 */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 12;
const SECRET_LENGTH = 43;
const FORM = new RegExp(`^ofr_([A-Za-z0-9]{${ID_LENGTH}})_([A-Za-z0-9]{${SECRET_LENGTH}})$`);

export interface NewApiKey {
  /** Shown once, to whoever created it. */
  readonly key: string;
  readonly keyId: string;
  /** SHA-256 of the secret, hex. */
  readonly hash: string;
}

export function createApiKey(): NewApiKey {
  const keyId = letters(ID_LENGTH);
  const secret = letters(SECRET_LENGTH);
  return { key: `ofr_${keyId}_${secret}`, keyId, hash: sha256Hex(secret) };
}

/** undefined: this is no key of ours. */
export function parseApiKey(key: string): { readonly keyId: string; readonly hash: string } | undefined {
  const [, keyId, secret] = FORM.exec(key) ?? [];
  return keyId === undefined || secret === undefined ? undefined : { keyId, hash: sha256Hex(secret) };
}

/** Takes the same time wherever two hashes differ. Both are hex of the same length. */
export function isSameHash(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

function letters(count: number): string {
  return Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
