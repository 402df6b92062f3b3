/** An operating failure of the read models. `retriable`: the same call may succeed later. */
export class ReadModelsError extends Error {
  constructor(
    message: string,
    readonly retriable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The tables were made by a newer program. An older one must not write to them. */
export class SchemaTooNew extends ReadModelsError {
  constructor(migrations: readonly string[]) {
    super(
      `The read models were made by a newer version of Offramp (unknown here: ${migrations.join(', ')}). ` +
        'Start that version, or a newer one.',
      false,
    );
  }
}

/** Postgres error codes (appendix A of its manual) after which trying again makes sense: connections, resources, locks, hanging. */
const RETRIABLE_CODE = /^(08|53|57|40|25P0[34])/;
const RETRIABLE_SYSTEM = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** Whether an error of the driver is about the moment rather than about the statement. */
export function isRetriable(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return RETRIABLE_SYSTEM.has(code) || RETRIABLE_CODE.test(code);
  return error instanceof Error && /Connection terminated|not queryable|timeout exceeded/i.test(error.message);
}

/** What a driver threw, as the failure that it means. */
export function asFailure(error: unknown): ReadModelsError {
  if (error instanceof ReadModelsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ReadModelsError(`The database said: ${message}`, isRetriable(error), { cause: error });
}

/** What the driver threw behind a failure, with the fields that Postgres gives an error (manual, 55.8); otherwise nothing. */
export function driverErrorOf(failure: unknown): Readonly<Record<string, unknown>> {
  const cause = failure instanceof ReadModelsError ? failure.cause : undefined;
  return typeof cause === 'object' && cause !== null ? (cause as Record<string, unknown>) : {};
}

/** Its code (appendix A). */
export function codeOf(failure: unknown): string | undefined {
  const { code } = driverErrorOf(failure);
  return typeof code === 'string' ? code : undefined;
}
