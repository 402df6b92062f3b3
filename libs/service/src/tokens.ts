/** Tokens for what has no class of its own. Each is provided by `ServiceModule`. */

/** A `Config`. */
export const CONFIG = Symbol('Config');
/** An `EventLog`. */
export const EVENT_LOG = Symbol('EventLog');
/** A pino `Logger`. */
export const LOGGER = Symbol('Logger');
/** A `Now`. */
export const NOW = Symbol('Now');

/** The clock: ms since 1970. Injected, so that tests decide what time it is. */
export type Now = () => number;
