import { TOPICS } from '../topics.js';
import { type DescribedType, TYPES_BY_TOPIC, fileOfSchema } from './json-schemas.js';

/** A channel of the document: a topic whose records are CloudEvents. */
interface Channel {
  readonly name: keyof typeof TYPES_BY_TOPIC | 'shadow';
  readonly title: string;
  readonly description: string;
  readonly types: readonly DescribedType[];
  /** Who writes it, and who reads it. */
  readonly operations: { readonly send: Operation; readonly receive: Operation };
}

interface Operation {
  readonly name: string;
  readonly summary: string;
}

const CHANNELS: readonly Channel[] = [
  {
    name: 'inbound',
    title: 'Facts from outside',
    description: 'Messages with their evidence, risk, feedback, reviews, policies. Kept for ever; no text is on it.',
    types: TYPES_BY_TOPIC.inbound,
    operations: {
      send: { name: 'logFacts', summary: 'The ingest logs what the platform sent.' },
      receive: { name: 'decide', summary: 'The decider folds each partition in order.' },
    },
  },
  {
    name: 'decisions',
    title: 'What the decider said',
    description:
      'A decision stands on the partition of its input, and names its position and its index there. A reader drops what is ' +
      'not past the last (position, index) that it has handled, and keeps that with what it wrote. Kept for ever.',
    types: TYPES_BY_TOPIC.decisions,
    operations: {
      send: {
        name: 'announceDecisions',
        summary: 'The decider announces its decisions, each batch ending in Progress.',
      },
      receive: { name: 'followDecisions', summary: 'The projector, the ingest and the platform act on the decisions.' },
    },
  },
  {
    name: 'content',
    title: 'Texts',
    description: 'The only channel that carries what a person or a model wrote. Bounded retention.',
    types: TYPES_BY_TOPIC.content,
    operations: {
      send: { name: 'storeContent', summary: 'The ingest stores texts, and what must be forgotten.' },
      receive: { name: 'projectContent', summary: 'The projector keeps texts as long as their retention allows.' },
    },
  },
  {
    name: 'dead',
    title: 'What could not be handled',
    description: 'The position of a record and why. Nothing of its bytes is here. Bounded retention.',
    types: TYPES_BY_TOPIC.dead,
    operations: {
      send: { name: 'rejectRecords', summary: 'The ingest names what it could not take from raw.v1.' },
      receive: { name: 'lookAtRejected', summary: 'Operators look at what is wrong with it, and send it again.' },
    },
  },
  {
    name: 'shadow',
    title: 'Decisions of shadow policies',
    description: 'What a policy on trial would have decided. Nothing acts on it.',
    types: TYPES_BY_TOPIC.decisions,
    operations: {
      send: { name: 'announceShadowDecisions', summary: 'The decider announces what a shadow policy would decide.' },
      receive: { name: 'compareShadowDecisions', summary: 'Analysts compare it with what was decided.' },
    },
  },
  {
    name: 'access',
    title: 'Keys',
    description: 'Who may use the HTTP interface, for which tenant and what. Hashes only; one partition of it is used.',
    types: TYPES_BY_TOPIC.access,
    operations: {
      send: { name: 'changeKeys', summary: 'The command line creates and revokes keys.' },
      receive: { name: 'learnKeys', summary: 'Every process with an HTTP interface knows the keys from here.' },
    },
  },
];

const ALL_TYPES = Object.values(TYPES_BY_TOPIC).flat();

/** AsyncAPI 3.0 (https://www.asyncapi.com/docs/reference/specification/v3.0.0). */
export function asyncApi(version: string): object {
  return {
    asyncapi: '3.0.0',
    id: 'urn:offramp',
    info: {
      title: 'Offramp',
      version,
      description:
        'Ends an abusive conversation with an AI assistant as a last resort, and shows everyone afterwards why. One ' +
        'CloudEvents 1.0 event a record, as structured JSON. The partition of a record is toPositive(murmur2(key)) % ' +
        'partitions over the UTF-8 bytes of its key; everything of a thread is on one partition, and decisions are on the ' +
        "partition of their input. Two more topics are the decider's own (facts.v1), or the platform's: a record of raw.v1 is " +
        'the body of POST /v1/messages with the tenant beside it, as JSON.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    channels: Object.fromEntries(CHANNELS.map((channel) => [channel.name, channelObject(channel)])),
    operations: Object.fromEntries(CHANNELS.flatMap(operationObjects)),
    components: { messages: Object.fromEntries(ALL_TYPES.map((type) => [type.name, messageObject(type)])) },
  };
}

function channelObject({ name, title, description, types }: Channel): object {
  return {
    address: `{prefix}${TOPICS[name]}`,
    title,
    description,
    messages: Object.fromEntries(types.map((type) => [type.name, { $ref: `#/components/messages/${type.name}` }])),
    parameters: { prefix: { description: 'OFFRAMP_TOPIC_PREFIX', default: 'offramp.' } },
  };
}

function operationObjects({ name, operations }: Channel): [string, object][] {
  const channel = { $ref: `#/channels/${name}` };
  return [
    [operations.send.name, { action: 'send', channel, summary: operations.send.summary }],
    [operations.receive.name, { action: 'receive', channel, summary: operations.receive.summary }],
  ];
}

function messageObject({ name, type, summary }: DescribedType): object {
  return {
    name: type,
    title: name,
    summary,
    contentType: 'application/cloudevents+json',
    payload: {
      schemaFormat: 'application/schema+json;version=draft-2020-12',
      schema: { $ref: `./${fileOfSchema(type)}` },
    },
    bindings: {
      kafka: {
        key: {
          type: 'string',
          description: 'tenant/thread, each part percent-encoded; empty where there is no thread',
        },
        bindingVersion: '0.5.0',
      },
    },
  };
}
