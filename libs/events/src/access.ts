import { z } from 'zod';
import { type Envelope, SOURCE_OF_PARTITION, eventSchema } from './envelope.js';
import { tenantIdSchema } from './ids.js';
import { actorSchema } from './inbound.js';
import { nameSchema } from './name.js';

/**
 * What a key may be used for. `write`: what a platform sends, erasures included; `read`: everything that can be asked;
 * `review`: reviews of decisions; `admin`: policies and the suspension of endings.
 */
export const SCOPES = ['write', 'read', 'review', 'admin'] as const;
export const scopeSchema = z.enum(SCOPES);
export type Scope = z.infer<typeof scopeSchema>;

/** Not the name under which a partition speaks for itself: such a key would read the quarantined records of all tenants. */
export const keyTenantSchema = tenantIdSchema.refine((tenant) => tenant !== SOURCE_OF_PARTITION, {
  error: `${SOURCE_OF_PARTITION} stands for the log itself, and is no tenant`,
});

export const keyIdSchema = z.string().regex(/^[A-Za-z0-9]{12}$/, 'The id of a key is 12 letters and digits');

/** `data` of every type on `access.v1`, by its name. The source of the envelope is the tenant that the key belongs to. */
export const accessData = {
  KeyCreated: z.object({
    keyId: keyIdSchema,
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('SHA-256 of the secret part, hex; the secret itself is nowhere'),
    scopes: z.array(scopeSchema).min(1).max(SCOPES.length),
    name: nameSchema(64).describe('What the key is for'),
    by: actorSchema,
  }),
  KeyRevoked: z.object({ keyId: keyIdSchema, by: actorSchema }),
} as const;

export const ACCESS_TYPES = {
  KeyCreated: 'offramp.key.created.v1',
  KeyRevoked: 'offramp.key.revoked.v1',
} as const;

export type AccessName = keyof typeof ACCESS_TYPES;

export type Access<Name extends AccessName> = Envelope<(typeof ACCESS_TYPES)[Name], z.infer<(typeof accessData)[Name]>>;

export type AccessEvent = { [Name in AccessName]: Access<Name> }[AccessName];

export const accessSchemas = {
  KeyCreated: eventSchema(ACCESS_TYPES.KeyCreated, accessData.KeyCreated),
  KeyRevoked: eventSchema(ACCESS_TYPES.KeyRevoked, accessData.KeyRevoked),
} as const;
