export { accessEvents } from './access-events.js';
export { contentEvent, contentEvents } from './content-events.js';
export { deadEvents } from './dead-events.js';
export { decisionEvent, decisionEvents } from './decision-events.js';
export { events } from './envelopes.js';
export { inboundEvent, inboundEvents } from './inbound-events.js';
export {
  actors,
  categories,
  decisionIds,
  evidences,
  intents,
  messageIds,
  names,
  policyIds,
  positions,
  scores,
  tenants,
  threadIds,
  times,
  verdicts,
  withOptional,
} from './values.js';
