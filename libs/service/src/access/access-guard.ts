import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { isLoopback } from '../config/loopback.js';
import { Problem } from '../http/problem.js';
import { DEFAULT_TENANT, bindTenant } from '../tenant.js';
import { CONFIG } from '../tokens.js';
import { NEEDS, type Needs } from './access.js';
import { KnownKeys } from './known-keys.js';

/*
 * Invariant TENANT. Every call is bound to the tenant of its key here, and nowhere else: no handler takes a tenant from a
 * path, a query or a body.
 */

const BEARER = /^Bearer +(\S+)$/i;
const RETRY_AFTER_S = 1;

@Injectable()
export class AccessGuard implements CanActivate {
  private readonly opensWithoutKey: boolean;

  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(KnownKeys) private readonly keys: KnownKeys,
    @Inject(CONFIG) { host }: Config,
  ) {
    this.opensWithoutKey = isLoopback(host);
  }

  canActivate(context: ExecutionContext): boolean {
    // Batches of the log are no calls of anybody.
    if (context.getType() !== 'http') return true;
    const needs = this.reflector.getAllAndOverride<Needs | undefined>(NEEDS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (needs === 'public' || needs === 'own') return true;
    if (needs === undefined) throw new Error(`${context.getHandler().name} does not say which scope it needs`);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { authorization } = request.headers;
    if (authorization === undefined && this.opensWithoutKey) bindTenant(request, DEFAULT_TENANT);
    else this.admit(request, authorization, needs);
    return true;
  }

  private admit(request: FastifyRequest, authorization: string | undefined, needs: Needs): void {
    const [, presented] = BEARER.exec(authorization ?? '') ?? [];
    const key = presented === undefined ? undefined : this.keys.find(presented);
    if (key === undefined) throw this.refusal();
    if (!(key.scopes as readonly string[]).includes(needs)) {
      throw new Problem('forbidden', { detail: `The key ${key.keyId} does not have the scope "${needs}"` });
    }
    bindTenant(request, key.tenant, () => this.keys.isGood(key.keyId));
  }

  /** The same for a key that never was, one that was revoked, and a wrong secret: nobody learns which. */
  private refusal(): Problem {
    if (!this.keys.isRead) return new Problem('not-ready', { retryAfter: RETRY_AFTER_S });
    return new Problem('unauthorized', { headers: { 'www-authenticate': 'Bearer' } });
  }
}
