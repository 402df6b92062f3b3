import { timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Problem } from '@offramp/service';
import type { FastifyRequest } from 'fastify';
import { INSTALLATION, type Installation } from '../installation.js';

/** Lets only those in that can read the lock file, which is its owner's alone. */
@Injectable()
export class AdminGuard implements CanActivate {
  private readonly expected: Buffer;

  constructor(@Inject(INSTALLATION) { token }: Installation) {
    this.expected = Buffer.from(`Bearer ${token}`);
  }

  canActivate(context: ExecutionContext): boolean {
    const given = Buffer.from(context.switchToHttp().getRequest<FastifyRequest>().headers.authorization ?? '');
    if (given.length === this.expected.length && timingSafeEqual(given, this.expected)) return true;
    const detail = 'This needs the token in the lock file of the data directory';
    throw new Problem('unauthorized', { detail, headers: { 'www-authenticate': 'Bearer' } });
  }
}
