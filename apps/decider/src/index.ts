export { DeciderModule } from './decider.module.js';
