import { runStandalone } from './run-standalone.js';

// Ends at once: everything that has to be closed is closed, and a stray timer must not keep the process.
process.exit(await runStandalone(process.env));
