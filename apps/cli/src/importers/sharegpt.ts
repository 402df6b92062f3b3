import type { Importer, ReadValue } from './conversation.js';
import { idOf, isObject, listOf, objectOf, textOf } from './json.js';
import { lineOf, type Turn } from './linear.js';
import { isSpoken, roleOf } from './roles.js';

/** ShareGPT. Long conversations were split into `<id>_<start>`; each part is a conversation of its own here, no branch. */
export const sharegpt: Importer = {
  format: 'sharegpt',
  accepts: (value) => isObject(value) && Array.isArray(value['conversations']),
  read(value): ReadValue {
    const { id, conversations } = objectOf(value);
    return lineOf('sharegpt', idOf(id), listOf(conversations).map(turnOf));
  },
};

function turnOf(value: unknown): Turn {
  const turn = objectOf(value);
  const role = roleOf(turn['from'] ?? turn['role']);
  const text = isSpoken(role) ? textOf([turn['value'] ?? turn['content']]) : undefined;
  return { role, ...(text === undefined ? {} : { text }) };
}
