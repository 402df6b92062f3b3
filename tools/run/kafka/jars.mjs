import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChild } from '../child.mjs';
import { say, seconds } from '../say.mjs';

/** kafka_2.13 brings the broker, its log and its tools; 4.4.0 works too. The logging that goes with its slf4j 1.7. */
export const KAFKA_VERSION = '4.3.1';
const LOG4J_VERSION = '2.25.3';
const JAVA_MIN = 17;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>offramp</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>${LOG4J_VERSION}</version></dependency>
  </dependencies>
</project>
`;

/** Something that has to be installed first. Its message says what. */
export class Unavailable extends Error {}

/** @returns {string | undefined} what is missing here to run Kafka's jars */
export function missingForKafka() {
  const version = javaVersion();
  const lacking = [];
  if (version === undefined) lacking.push(`Java ${JAVA_MIN} (no java on the PATH and no JAVA_HOME)`);
  else if (version < JAVA_MIN) lacking.push(`Java ${JAVA_MIN} (this is ${version})`);
  if (spawnSync(mavenProgram(), ['--version'], { stdio: 'ignore' }).status !== 0)
    lacking.push('Maven (no mvn on the PATH)');
  return lacking.length === 0 ? undefined : lacking.join(' and ');
}

export function javaProgram() {
  const home = process.env['JAVA_HOME'];
  return home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
}

function mavenProgram() {
  return process.platform === 'win32' ? 'mvn.cmd' : 'mvn';
}

function javaVersion() {
  const { stderr } = spawnSync(javaProgram(), ['-version'], { encoding: 'utf8' });
  const major = /version "(?:1\.)?(\d+)/.exec(stderr ?? '')?.[1];
  return major === undefined ? undefined : Number(major);
}

/**
 * The folder with the jars of Apache Kafka, fetched from Maven Central the first time (44 MB). Throws Unavailable.
 * @param {string} root
 * @returns {Promise<string>}
 */
export async function ensureJars(root) {
  const missing = missingForKafka();
  if (missing !== undefined) throw new Unavailable(`Kafka needs ${missing}.`);
  const jars = join(root, 'node_modules', '.cache', 'offramp', 'kafka', `jars-${KAFKA_VERSION}`);
  if (existsSync(jars)) return jars;
  say(`Fetching Apache Kafka ${KAFKA_VERSION} with Maven (44 MB, once) …`);
  mkdirSync(dirname(jars), { recursive: true });
  // Into a folder of its own first: an interrupted download must not look like a whole one.
  const work = mkdtempSync(join(dirname(jars), 'fetching-'));
  try {
    writeFileSync(join(work, 'pom.xml'), POM);
    const args = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(work, 'jars')}`];
    const { code, ms, output } = await runChild(mavenProgram(), [...args, '-DincludeScope=runtime'], {
      cwd: work,
      output: 'capture',
    });
    if (code !== 0) throw new Unavailable(`Maven could not fetch Kafka's jars:\n${output.trimEnd()}`);
    if (!existsSync(jars)) renameSync(join(work, 'jars'), jars);
    say(`Fetched in ${seconds(ms)}.`);
    return jars;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
