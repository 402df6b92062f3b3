import type { Role } from '@offramp/events';

const ROLES: ReadonlyMap<string, Role> = new Map([
  ['user', 'user'],
  ['human', 'user'],
  ['prompter', 'user'],
  ['assistant', 'assistant'],
  ['gpt', 'assistant'],
  ['chatgpt', 'assistant'],
  ['bot', 'assistant'],
  ['model', 'assistant'],
  ['system', 'system'],
  ['developer', 'system'],
  ['tool', 'tool'],
  ['function', 'tool'],
  ['observation', 'tool'],
]);

/** A role that nobody knows is kept as `system`: it passes the ladder on, and nothing in it counts. */
export function roleOf(name: unknown): Role {
  return (typeof name === 'string' ? ROLES.get(name.toLowerCase()) : undefined) ?? 'system';
}

/** Only what users and assistants said is text of the chat; prompts of the system and results of tools are nobody's words. */
export function isSpoken(role: Role): boolean {
  return role === 'user' || role === 'assistant';
}
