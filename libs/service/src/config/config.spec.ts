import { ConfigError, parseConfig } from './config.js';
import { configurationTable } from './configuration-table.js';
import { environmentSchema } from './variables.js';
import { isLoopback } from './loopback.js';

const DAY_MS = 86_400_000;

describe('parseConfig', () => {
  it('has a default for everything', () => {
    expect(parseConfig({ PATH: '/bin' })).toEqual({
      config: {
        port: 8420,
        host: '127.0.0.1',
        dataDir: './data',
        topicPrefix: 'offramp.',
        partitions: undefined,
        content: { kind: 'keep', ms: 30 * DAY_MS },
        comments: { kind: 'keep', ms: 400 * DAY_MS },
        assessor: 'rules',
        project: 'all',
        logLevel: 'info',
      },
      warnings: [],
    });
  });

  it('takes what is set, and an empty variable as not set', () => {
    const { config } = parseConfig({
      OFFRAMP_PORT: '0',
      OFFRAMP_HOST: '::1',
      OFFRAMP_DATA: '',
      OFFRAMP_PARTITIONS: '3',
      OFFRAMP_CONTENT: 'off',
      OFFRAMP_COMMENTS: 'keep:12h',
      OFFRAMP_ASSESSOR: 'platform',
      OFFRAMP_PROJECT: 'all',
      OFFRAMP_LOG_LEVEL: 'debug',
      OFFRAMP_FAIL_POINT: 'after-decisions:3',
    });
    expect(config).toMatchObject({
      port: 0,
      host: '::1',
      dataDir: './data',
      partitions: 3,
      content: { kind: 'off' },
      comments: { kind: 'keep', ms: DAY_MS / 2 },
      assessor: 'platform',
      project: 'all',
      logLevel: 'debug',
      failPoint: { point: 'after-decisions', count: 3, action: 'die' },
    });
  });

  it('warns of a variable that it does not know, but not of those of tests', () => {
    const { warnings } = parseConfig({ OFFRAMP_PROT: '1', OFFRAMP_TEST_KAFKA: 'x', OFFRAMP_REQUIRE: 'kafka' });
    expect(warnings).toEqual(['OFFRAMP_PROT is not a variable of Offramp and has no effect; is it spelled right?']);
  });

  it.each([
    ['OFFRAMP_PORT', '70000', 'is out of range. Allowed: a whole number from 0 to 65535.'],
    ['OFFRAMP_PORT', 'http', 'is not a whole number. Allowed: a whole number from 0 to 65535.'],
    ['OFFRAMP_HOST', 'not an address', 'is not an address. Allowed: an address'],
    ['OFFRAMP_PARTITIONS', '0', 'is out of range. Allowed: a whole number from 1 to 256.'],
    ['OFFRAMP_CONTENT', 'keep', 'is neither off nor a time to keep. Allowed: off, or keep: with hours or days'],
    ['OFFRAMP_CONTENT', 'keep:9999d', 'is neither off nor a time to keep'],
    ['OFFRAMP_ASSESSOR', 'gpt', 'is not an assessor. Allowed: platform or rules.'],
    ['OFFRAMP_ASSESSOR', 'built-in', 'comes later. Allowed: platform or rules.'],
    ['OFFRAMP_KAFKA_BROKERS', 'kafka', 'is not a list of brokers. Allowed: host:port'],
    ['OFFRAMP_LOG_LEVEL', 'loud', 'is not a level. Allowed: fatal, error, warn, info, debug, trace, silent.'],
    ['OFFRAMP_PROJECT', 'endings', 'is not a choice. Allowed: all or decisions.'],
    ['OFFRAMP_KAFKA_SESSION', '10', 'is out of range. Allowed: milliseconds, from 500 to 300000.'],
    [
      'OFFRAMP_FAIL_POINT',
      'somewhere',
      'is not a fail point. Allowed: NAME, NAME:COUNT or NAME:COUNT:stop, with one of after-read,',
    ],
    ['OFFRAMP_FAIL_POINT', 'after-read:0', 'is not a fail point.'],
    ['OFFRAMP_TOPIC_PREFIX', 'a b', 'is not a prefix. Allowed: up to 100 characters'],
  ])('refuses %s=%s', (name, value, told) => {
    expect(() => parseConfig({ [name]: value })).toThrow(new RegExp(`^${escape(`${name}=${value} ${told}`)}`));
  });

  it('names every wrong variable, one a line', () => {
    const parse = (): unknown => parseConfig({ OFFRAMP_PORT: 'x', OFFRAMP_PROJECT: 'y' });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(/^OFFRAMP_PORT=x .*\nOFFRAMP_PROJECT=y .*$/);
  });

  it('shows no secret', () => {
    const messageOf = (name: string, value: string): string => {
      try {
        parseConfig({ [name]: value });
        return 'accepted';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(messageOf('OFFRAMP_DATABASE_URL', 'mysql://me:hunter2@db/x')).toMatch(
      /^OFFRAMP_DATABASE_URL=\*\*\* is not a URL/,
    );
    expect(messageOf('OFFRAMP_ASSESSOR', 'openai:https://me:hunter2@ai/v1')).toContain(
      'openai:https://***@ai/v1 comes',
    );
  });
});

describe('the table of the configuration', () => {
  it('has a row for each variable', () => {
    const rows = configurationTable()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.split('`')[1])).toEqual(Object.keys(environmentSchema.shape));
    expect(rows[0]).toBe(
      '| `OFFRAMP_PORT` | `8420` | a whole number from 0 to 65535 | TCP port of the HTTP interface; 0 takes any free one. |',
    );
  });
});

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

it.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.0.0.1.example.org', false],
  ['localhost.example.org', false],
])('tells whether only this machine can reach %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
