import { createHash } from 'node:crypto';

/** SHA-256 of a UTF-8 text, in lower-case hex. The one place of the domain that hashes (see STYLE in docs/adr/0002). */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
