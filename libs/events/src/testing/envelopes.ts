import fc from 'fast-check';
import type { Envelope } from '../envelope.js';
import { names, tenants, threadIds, times } from './values.js';

export interface EnvelopeFields {
  readonly id: string;
  readonly source: string;
  readonly subject: string;
  readonly time: string;
}

/** An event of this type, around data that is made for its envelope: the id of a message contains its thread. */
export function events<Type extends string, Data>(
  type: Type,
  data: fc.Arbitrary<Data>,
  idOf: (fields: EnvelopeFields, data: Data) => string = ({ id }) => id,
): fc.Arbitrary<Envelope<Type, Data>> {
  const fields = fc.record({
    id: fc.oneof(fc.uuid(), names(200)),
    source: tenants,
    subject: fc.oneof({ weight: 9, arbitrary: threadIds }, { weight: 1, arbitrary: fc.constant('') }),
    time: times,
  });
  return fc.tuple(fields, data).map(([envelope, value]) => ({
    specversion: '1.0' as const,
    id: idOf(envelope, value),
    source: envelope.source,
    subject: envelope.subject,
    type,
    time: envelope.time,
    data: value,
  }));
}
