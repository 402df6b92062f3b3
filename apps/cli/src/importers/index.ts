export { FORMATS, leavesOf } from './conversation.js';
export type { Format, ImportProblem, Imported, ImportedConversation, ImportedMessage } from './conversation.js';
export { NoSuchPath } from './files.js';
export { openImport } from './open-import.js';
export type { ImportOptions } from './open-import.js';
export { CONVERSATION_BYTES_MAX } from './split-json.js';
