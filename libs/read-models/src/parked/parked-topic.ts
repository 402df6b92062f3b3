import type { TOPICS } from '@offramp/events';

/** Which events of a thread wait: those of inbound.v1 with their decisions, or its texts. Neither holds up the other. */
export type ParkedTopic = typeof TOPICS.inbound | typeof TOPICS.content;
