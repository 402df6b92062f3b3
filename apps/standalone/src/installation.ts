import type { Config, Logger } from '@offramp/service/process';

/** What the admin interface tells of the process it belongs to, and the token that opens it. */
export interface Installation {
  readonly version: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly token: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Ends the process in good order. Returns at once. */
  readonly requestStop: () => void;
}

export interface ServerOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly installation: Installation;
}

/** An `Installation`. */
export const INSTALLATION = Symbol('Installation');

/** A `ReadModels`, open. */
export const READ_MODELS = Symbol('ReadModels');
