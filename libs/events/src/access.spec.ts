import { keyTenantSchema } from './access.js';
import { SOURCE_OF_PARTITION } from './envelope.js';

it.each([
  ['acme', true],
  [SOURCE_OF_PARTITION, false],
  ["a'b", false],
])('a key may be of the tenant %s: %s', (tenant, may) => expect(keyTenantSchema.safeParse(tenant).success).toBe(may));
