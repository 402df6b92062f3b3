import { type Config, ConfigError, type DatabaseConfig } from '../config/config.js';

/** The Postgres server of the distributed mode. Throws ConfigError. */
export function requireDatabase({ database }: Config): DatabaseConfig {
  if (database !== undefined) return database;
  throw new ConfigError(['OFFRAMP_DATABASE_URL is not set: the read models of the distributed mode need Postgres.']);
}
