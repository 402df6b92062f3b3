export { ConsoleModule } from './console.module.js';
export type { ConsoleReadModels } from './tokens.js';
