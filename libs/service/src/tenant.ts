import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import { type TenantId, tenantIdSchema } from '@offramp/events';
import type { FastifyRequest } from 'fastify';

/** Of calls without a key, on a loopback address. */
export const DEFAULT_TENANT = tenantIdSchema.parse('default');

const tenants = new WeakMap<FastifyRequest, TenantId>();

/** Says whose request it is. Only the guard does. */
export function bindTenant(request: FastifyRequest, tenant: TenantId): void {
  tenants.set(request, tenant);
}

/** A parameter of a controller's method: the tenant of the request. */
export const Tenant = createParamDecorator((_data: unknown, context: ExecutionContext): TenantId => {
  const tenant = tenants.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (tenant === undefined) throw new Error('The request is bound to no tenant: its call does not say what it needs');
  return tenant;
});
