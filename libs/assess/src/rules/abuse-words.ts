import { anyOf } from './rule.js';

/* The words that the rules of abuse are made of. Common insults only: this is no list of slurs. */

/**
 * Up to five words between "you are" and what it leads to. "not" is none of them: "you are not stupid" insults nobody.
 */
export const DEGREE = `(?:${anyOf(`
  a | an | the | such | so | too | as | really | very | totally | completely | absolutely | just | all | still
  also | always | quite | being | a bit | nothing but | only | most | total | complete | utter | real | big | fat
  old | dirty | little | ugly | lazy | sexy | stupid | dumb | useless | worthless | pathetic | fucking | bloody
  damn | goddamn | freaking | shitty | crappy | rotten
`)} ){0,5}`;

export const NAMES = anyOf(`
  idiots? | morons? | imbecile | fool | loser | dumbass | jackass | asshole | arsehole | bastard | bitch | cunt
  prick | dick | dickhead | twat | wanker | tosser | slut | whore | pig | scum | scumbag | clown | dimwit
  halfwit | nitwit | dipshit | shithead | fuckwit | fuckhead | fuckface | fucker | motherfucker | mother fucker
  dumb fuck | smelly fuck | jerk | creep | cretin | simpleton | douche | douchebag | punk ass | fucking tease
  piece of ([a-z]+ )?(shit|crap|junk|garbage|trash|rubbish|scrap)
  waste of ([a-z]+ )?(space|time|electricity|energy|air|oxygen|money|power) | joke | failure | disgrace
  abomination | vermin
`);

/** Names that one calls out to the person who is meant, even without "you". */
export const CALLED_OUT = anyOf(`
  idiot | moron | imbecile | dumbass | jackass | asshole | arsehole | bastard | bitch | cunt | prick | dickhead
  twat | wanker | tosser | slut | whore | scumbag | dipshit | shithead | fuckwit | fuckhead | fucker
  motherfucker | mother fucker | cretin | loser
`);

export const QUALITIES = anyOf(`
  stupid | dumb | dumber than [a-z]+ | useless | worthless | pathetic | moronic | idiotic | brain ?dead
  brainless | disgusting | garbage | trash | shit | crap | shitty | crappy | rubbish | incompetent | hopeless
  full of (shit|crap) | vile | repulsive | an embarrassment | good for nothing | ugly | junk | the worst
  a worthless [a-z]+ | stupid [a-z]+
`);

export const MACHINE = anyOf(`
  bot | chatbot | chat bot | robot | machine | computer | comp | ai | assistant | program | software | algorithm
  toaster | tin can | calculator | language model | thing | word repeater
`);

export const INSULTING = anyOf(`
  stupid | dumb | useless | worthless | pathetic | fucking | shitty | crappy | idiotic | moronic | brain ?dead
  goddamn | damn
`);
