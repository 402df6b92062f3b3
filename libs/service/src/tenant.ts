import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import { type TenantId, tenantIdSchema } from '@offramp/events';
import type { FastifyRequest } from 'fastify';

const DEFAULT_TENANT = tenantIdSchema.parse('default');

/**
 * Whose request it is. On a loopback address there are no keys and one tenant; with keys, the tenant will be the key's, and
 * this is the one place that asks for it.
 */
export function tenantOf(_request: FastifyRequest): TenantId {
  return DEFAULT_TENANT;
}

/** A parameter of a controller's method: the tenant of the request. */
export const Tenant = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  tenantOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
