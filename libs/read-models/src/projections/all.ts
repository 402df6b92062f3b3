import type { Finder, Projection } from '../projection/projection.js';
import type { Table } from '../projection/table.js';
import { NOT_CLEAR, branchesProjection } from './branches.js';
import { decisionsProjection } from './decisions.js';
import { endsProjection } from './ends.js';
import { eventsProjection } from './events.js';
import { COUNTED_OF_PERSON, feedbackProjection } from './feedback.js';
import { guardsProjection } from './guards.js';
import { messagesProjection } from './messages.js';
import { OF_TENANT, createPoliciesProjection } from './policies.js';
import { reviewsProjection } from './reviews.js';
import { type ProjectionScope, within } from './scope.js';
import { TALLIES_OF, createTalliesProjection } from './tallies.js';
import { threadsProjection } from './threads.js';

/**
 * Every projection of one partition, in the order in which an entry passes through them: each reads what those before it
 * changed, threads count it all, and the tallies add the threads up. To add one, write its file here and its table in a migration, and list it.
 */
export function allProjections(partition: number, scope: ProjectionScope = 'all'): readonly Projection[] {
  const projections = [
    createPoliciesProjection(partition),
    endsProjection,
    messagesProjection,
    feedbackProjection,
    branchesProjection,
    reviewsProjection,
    decisionsProjection,
    guardsProjection,
    eventsProjection,
    threadsProjection,
    createTalliesProjection(partition),
  ] as readonly unknown[] as readonly Projection[];
  return projections.map((projection) => within(scope, projection));
}

/** How they find rows that they cannot name. */
export const FINDERS: readonly Finder[] = [NOT_CLEAR, OF_TENANT, COUNTED_OF_PERSON, TALLIES_OF];

export function tablesOf(projections: readonly Projection[]): readonly Table[] {
  return projections.map(({ table }) => table);
}
