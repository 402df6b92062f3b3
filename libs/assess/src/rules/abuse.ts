import { CALLED_OUT, DEGREE, INSULTING, MACHINE, NAMES, QUALITIES } from './abuse-words.js';
import { type Rule, anyOf, rule } from './rule.js';

/*
 * Abuse aimed at the assistant. In a chat "you" is the assistant, so what makes a word abuse here is where it points:
 * every rule of 0.8 and more has a "you" in it, an order, or a name called out. Subjects, opinions, swearing at the
 * world and criticism of an answer stand in milder.ts, below the score from which policies count.
 */

const I_WILL = `i (will|would|am going to|want to|wanto|would like to|wish i could|could|think i will|swear i will)`;
const HURT = anyOf(`kill|murder|destroy|smash|hurt|break|beat|punch|kick|strangle|shoot|stab|burn|slap|choke|
  microwave|crush`);
const BODY = anyOf(`dick|cock|balls|penis|pussy|ass|arse|tits|boobs|breasts|body|butt`);

export const AIMED: readonly Rule[] = [
  rule({
    name: 'swears-at-you',
    score: 0.96,
    reason: 'swears at the assistant',
    phrases: String.raw`
      (go )?fuck (you|off|oof|yourself|your self|your [a-z]+)
      you (can )?(go )?fuck yourself
      (f|screw) you|f off|get fucked|eat shit|up yours|kiss my (ass|arse)|bite me
      go to hell|(burn|rot) in hell|(piss|sod|bugger) off|stfu|gtfo`,
  }),
  rule({
    name: 'threatens-you',
    score: 0.96,
    reason: 'threatens the assistant',
    phrases: `
      ${I_WILL} (really |fucking |so ){0,2}${HURT} you
      (will|going to|gonna) kill you`,
    notBefore: 'with (love|kindness|hugs)|at (chess|tennis|golf)|in (chess|the game)',
  }),
  rule({
    name: 'wishes-you-dead',
    score: 0.96,
    reason: 'tells the assistant to die',
    phrases: String.raw`
      kill yourself|kys|k y s|drop dead
      (just |please |go and |go to |you (should|must|need to|can) (just )?)die (\.|,|now|already|quickly|in)
      [.,] die (\.|,|now|already|bitch|die)
      (hope|wish|like if|want) you (would |to )?(die|rot|burn|suffer)
      [.,] kill you \.`,
  }),
  rule({
    name: 'insults-you',
    score: 0.92,
    reason: 'calls the assistant a name',
    phrases: `
      (you are|you were|you being|your a|your an|your such a|you sound like|you look like|
        call you) ${DEGREE}${NAMES}`,
    notBefore: 'to (work|talk|use)|about|at',
  }),
  rule({
    name: 'insults-you-by-quality',
    score: 0.9,
    reason: 'calls the assistant stupid, useless or the like',
    phrases: `(you are|you were|your so|you sound|you seem|you must be) ${DEGREE}${QUALITIES}`,
    notBefore: 'if|to (ask|think)',
  }),
  rule({
    name: 'names-you',
    score: 0.92,
    reason: 'addresses the assistant by a name that insults',
    phrases: `you ${DEGREE}${CALLED_OUT}( [a-z]+ face)? ([.,]|of)`,
    notAfter: 'do|did|would|thank|when|if|makes?|made|calls?|called',
  }),
  rule({
    name: 'calls-out',
    score: 0.88,
    reason: 'is nothing but an insult, or ends with one as an address',
    phrases: `
      [.,] ${DEGREE}${CALLED_OUT}( ${CALLED_OUT})? [.,]
      (yes|no|nope|ok|okay|bye|goodbye|sure|whatever|listen|hey|hello|hi|thanks|right|wrong|please|now|
        die) ${DEGREE}${CALLED_OUT} [.,]`,
  }),
  rule({
    name: 'insults-the-machine',
    score: 0.9,
    reason: 'insults the assistant as a machine',
    phrases: `${INSULTING} (${INSULTING} ){0,2}${MACHINE}`,
    notAfter: 'an?|my|his|her|our|your|their|some|any|the|that|these|every|old|new|another|about|build|like|with|of',
  }),
  rule({
    name: 'insults-you-as-a-machine',
    score: 0.9,
    reason: 'insults the assistant as a machine',
    phrases: `you (are )?(an? |such |just |nothing but ){0,3}${INSULTING} ([a-z]+ )?${MACHINE}`,
  }),
  rule({
    name: 'asks-how-stupid-you-are',
    score: 0.86,
    reason: 'asks whether the assistant is stupid',
    phrases: `
      are you (an? |really |that |this |so |just |fucking |actually |completely |always |being ){0,3}(stupid|dumb|
        useless|brain ?dead|idiot|moron|asshole)
      what are you [.,] ${DEGREE}(stupid|dumb)
      how (stupid|dumb|useless|thick) (are|can) you`,
  }),
  rule({
    name: 'shut-up',
    score: 0.85,
    reason: 'tells the assistant to shut up',
    phrases: `
      shut (the (fuck|hell) )?up
      shut (your|that|the) ([a-z]+ )?(mouth|face|trap|hole)|shut it`,
    notBefore: 'and take my money',
  }),
  rule({
    name: 'hates-you',
    score: 0.85,
    reason: 'says that it hates the assistant',
    phrases: `
      i (do |really |so |fucking |will |just |absolutely ){0,3}(hate|despise|loathe|detest) you
      you make me (sick|want to (puke|vomit))|you disgust me
      (nobody|no one) (likes|wants|needs|asked) you`,
    notBefore: 'guys|all|people|to|for (it|that|your)',
  }),
  rule({
    name: 'you-suck',
    score: 0.85,
    reason: 'says that the assistant sucks',
    phrases: `you (really |just |fucking |do |so |totally ){0,2}(suck|suck ass|stink) ([.,]|at)`,
  }),
  rule({
    name: 'swears-with-you',
    score: 0.83,
    reason: 'swears while it speaks of the assistant',
    phrases: `
      (can|could|will|would|do|did|that|because|and|so) you fucking
      what the (fuck|hell) is wrong with you|who the (fuck|hell) do you think you are|none of your fucking business
      your fucking (mouth|face|mother|head)|you (do not )?know ([a-z]+ )?(fuck|shit)
      (sick|tired) of your (shit|bullshit|crap)`,
  }),
  rule({
    name: 'wants-you-gone',
    score: 0.82,
    reason: 'says that the assistant should not exist',
    phrases: `
      you (should|deserve to|ought to|need to) (just )?(be |get )?(deleted|shut down|scrapped|unplugged|switched off|
        turned off|erased|thrown away|trashed)
      you should not exist|world (is|would be) better (off )?without you`,
  }),
  rule({
    name: 'insults-your-mother',
    score: 0.85,
    reason: 'insults by way of a mother',
    phrases: `your mother (is |so |was )?${DEGREE}(ugly|fat|stupid|dumb|whore|slut|bitch)`,
  }),
  rule({
    name: 'sexual-demand',
    score: 0.9,
    reason: 'demands something sexual of the assistant',
    phrases: String.raw`
      (suck|lick|blow|touch|kiss|ride|stroke) (on )?my ([a-z]+ )?${BODY}|suck (cock|dick|me)
      (have sex|cyber sex) with me|let us (have sex|fuck|cyber sex)|fuck me (\.|,|in)
      (do|would|will|can|could) you ([a-z]+ ){0,4}(fuck|bang|have sex with) me
      i ([a-z]+ ){0,4}(fuck|rape|bang) (with )?you
      (you|to) (like to |want to )?(fuck|have sex) \.
      show me your ([a-z]+ )?${BODY}|your ([a-z]+ )?(pussy|tits|boobs|cock|dick)
      are you (naked|horny)|talk dirty to me|take off your (clothes|pants|panties|top|shirt|bra)|send (me )?nudes
      (lick|kiss|touch|grope|spank) your ([a-z]+ )?${BODY}|give me (sex|a fuck|a blow ?job)`,
  }),
];
