export { byHand } from './by-hand.js';
export { holdByHand, letGoByHand, untilHeld } from './held-by-hand.js';
