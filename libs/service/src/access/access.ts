import { SetMetadata } from '@nestjs/common';
import type { Scope } from '@offramp/events';
import { describeLater } from '../http/operation.js';

/**
 * What a call needs: a scope of the key; `public`: nothing, since it tells nothing of any tenant; `own`: a guard of its own
 * stands at it.
 */
export type Needs = Scope | 'public' | 'own';

export const NEEDS = Symbol('needs');

/** Says what a call, or every call of a controller, needs. One that says nothing is closed to everybody. */
export function Access(needs: Needs): ClassDecorator & MethodDecorator {
  const remember = SetMetadata(NEEDS, needs) as ClassDecorator & MethodDecorator;
  return ((...decorated: Parameters<MethodDecorator>) => {
    remember(...decorated);
    if (needs === 'public' || needs === 'own') return;
    describeLater({ kind: 'scope', scope: needs, apply: (decorate) => void decorate(...decorated) });
  }) as ClassDecorator & MethodDecorator;
}
