import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import { type TenantId, tenantIdSchema } from '@offramp/events';
import type { FastifyRequest } from 'fastify';

/** Of calls without a key, on a loopback address. */
export const DEFAULT_TENANT = tenantIdSchema.parse('default');

interface Admission {
  readonly tenant: TenantId;
  readonly holds: () => boolean;
}

const admissions = new WeakMap<FastifyRequest, Admission>();

/** Says whose request it is, and whether it would still be let in: its key may be revoked while it lasts. Only the guard does. */
export function bindTenant(request: FastifyRequest, tenant: TenantId, holds: () => boolean = () => true): void {
  admissions.set(request, { tenant, holds });
}

/** Whether a request that lasts would still be let in. */
export function isStillAdmitted(request: FastifyRequest): boolean {
  return admissions.get(request)?.holds() ?? false;
}

/** A parameter of a controller's method: the tenant of the request. */
export const Tenant = createParamDecorator((_data: unknown, context: ExecutionContext): TenantId => {
  const tenant = admissions.get(context.switchToHttp().getRequest<FastifyRequest>())?.tenant;
  if (tenant === undefined) throw new Error('The request is bound to no tenant: its call does not say what it needs');
  return tenant;
});
