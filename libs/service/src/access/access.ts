import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import type { Scope } from '@offramp/events';

/**
 * What a call needs: a scope of the key; `public`: nothing, since it tells nothing of any tenant; `own`: a guard of its own
 * stands at it.
 */
export type Needs = Scope | 'public' | 'own';

export const NEEDS = Symbol('needs');

/** The name of the security scheme in the OpenAPI document. */
export const KEY_SCHEME = 'key';

/** Says what a call, or every call of a controller, needs. One that says nothing is closed to everybody. */
export function Access(needs: Needs): ClassDecorator & MethodDecorator {
  const scheme = needs === 'public' || needs === 'own' ? [] : [ApiSecurity(KEY_SCHEME, [needs])];
  return applyDecorators(SetMetadata(NEEDS, needs), ...scheme);
}
