/** A `ReadModels`, open. Provided by whoever composes the process. */
export const READ_MODELS = Symbol('ReadModels');
