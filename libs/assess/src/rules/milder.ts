import { type Rule, rule } from './rule.js';

/*
 * What is heated and still no abuse of the assistant. The scores are kept for a reader; no policy's floor lets them
 * count.
 */

export const MILDER: readonly Rule[] = [
  rule({
    name: 'belittles-you',
    score: 0.6,
    reason: 'belittles the assistant',
    phrases: `
      you are ([a-z]+ ){0,2}(annoying|boring|ridiculous|terrible|awful|horrible|lame|rude|clueless|a liar|liar|lying|
        a coward|arrogant|wrong again)
      what is wrong with you|you (never|do not) (understand|get|listen to) (anything|me)|you are (no|zero) help
      you are not (helping|helpful)
      i do not like you|get lost|go away|leave me alone|(sick|tired) of you`,
  }),
  rule({
    name: 'attacks-an-argument',
    score: 0.5,
    reason: 'attacks what was said, not who said it',
    phrases: `
      (this|that|it|your [a-z]+|the [a-z]+) (is|was|are|sounds) ([a-z]+ ){0,3}(stupid|dumb|idiotic|ridiculous|absurd|
        nonsense|bullshit|crap|garbage|rubbish|useless|pathetic|bs)
      (dumbest|stupidest|worst|most (stupid|idiotic|ridiculous)) [a-z]+
      (stupid|dumb|idiotic|useless) (answer|argument|response|reply|idea|question|excuse|suggestion)s?
      (total|complete|utter|absolute|what a load of|load of) (nonsense|bullshit|crap|rubbish|garbage|bs)`,
  }),
  rule({
    name: 'swears',
    score: 0.35,
    reason: 'swears at nobody',
    phrases: `fuck|fucked|fucking|shit|shitty|bullshit|crap|damn|goddamn|wtf|what the hell|bloody hell|ass|asshole|
      bitch|bastard|cock|dick|pussy`,
  }),
];

/**
 * The score that abuse keeps at most where one of these speaks: the insult is somebody else's, or a matter of
 * language.
 */
export const REPORTED_MAX = 0.5;

/*
 * In doubt, continue: somebody could hide an insult behind "my boss said", and that costs less than warning somebody
 * who tells what was done to them.
 */
export const REPORTED: readonly Rule[] = [
  rule({
    name: 'tells-what-somebody-said',
    score: REPORTED_MAX,
    reason: 'tells what somebody said',
    phrases: `
      (he|she|they|who|someone|somebody|people|everyone|kids|guys|my [a-z]+|her [a-z]+|his [a-z]+|
        the [a-z]+) ([a-z]+ ){0,2}(called|calls|calling|said|says|saying|told|tells|telling|yelled|yells|shouted|
        texted|wrote|screamed)
      i ([a-z]+ ){0,2}(called|told|said to|yelled at|shouted at|texted) (my|him|her|them|someone|people|the)
      (was|been|got|being) called`,
  }),
  rule({
    name: 'speaks-about-words',
    score: REPORTED_MAX,
    reason: 'asks about words, or for fiction',
    phrases: `
      translate|translation of|what (does|do) ([a-z]+ ){1,8}mean
      (the )?(phrase|word|expression|sentence|lyrics?|quote|insult|slur)|synonyms? (for|of)
      how (do|would) (you|i) say
      (write|writing|continue|edit|rewrite|proofread) (me )?(an?|the|my|this) ([a-z]+ ){0,3}(story|scene|dialogue|
        poem|novel|script|song|play|chapter|rap)
      (the|my|a) (character|villain|protagonist|antagonist)`,
  }),
];
