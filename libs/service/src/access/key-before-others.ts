import type { EventLog } from '@offramp/log';
import { type Config, ConfigError } from '../config/config.js';
import { isLoopback } from '../config/loopback.js';
import { listKeys } from './key-changes.js';

/** Nothing listens where others can reach it before there is a key. Throws ConfigError. */
export async function requireKeyBeyondLoopback({ host }: Config, log: EventLog): Promise<void> {
  if (isLoopback(host)) return;
  const keys = await listKeys(log);
  if (keys.some(({ revokedAt }) => revokedAt === undefined)) return;
  throw new ConfigError([
    `OFFRAMP_HOST=${host} can be reached by others, and there is no key that keeps them out. Create one with ` +
      '`offramp keys create --tenant NAME --scopes write,read`, or listen on 127.0.0.1.',
  ]);
}
