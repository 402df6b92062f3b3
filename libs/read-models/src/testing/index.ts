export { byHand } from './by-hand.js';
