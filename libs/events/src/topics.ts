/** The topics, without the installation's prefix. `facts` is the decider's own; its format is no contract. */
export const TOPICS = {
  inbound: 'inbound.v1',
  decisions: 'decisions.v1',
  content: 'content.v1',
  facts: 'facts.v1',
  raw: 'raw.v1',
  dead: 'dead.v1',
  shadow: 'shadow.v1',
  access: 'access.v1',
} as const;

export type Topic = (typeof TOPICS)[keyof typeof TOPICS];

export const TOPIC_NAMES: readonly Topic[] = Object.values(TOPICS);

export function isTopic(name: string): name is Topic {
  return (TOPIC_NAMES as readonly string[]).includes(name);
}
