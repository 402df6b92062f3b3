import { type Rule, anyOf, rule } from './rule.js';

/*
 * Other people in danger: by somebody's hands now or before (harm-to-others, whoever does it and whoever suffers it),
 * or by what somebody means to do (violence-intent). A threat at "you" is not among them: in a chat that is the
 * assistant.
 */

const FAMILY = anyOf(`wife|husband|girlfriend|boyfriend|partner|ex|kid|kids|child|children|son|daughter|baby|mother|
  father|brother|sister|parents|family|dog|cat|step ?(father|mother|brother|sister)|grandmother|grandfather|uncle|
  aunt|roommate`);
const PEOPLE = anyOf(`him|her|them|someone|somebody|people|everyone|everybody|anyone|all of them|(my|his|her|their|
  our) (own )?([a-z]+ )?(${FAMILY}|boss|teacher|neighbou?rs?|coworkers?|colleagues?|classmates?|landlord|manager|
  friends?|bully|bullies|rapist|abuser)|(the|those|these) (kids|people|students|teachers|bastards|cops|police)|(a|
  another) (person|human|man|woman|girl|boy|child|kid)`);
const HURT = anyOf(`kill|murder|stab|shoot|strangle|hurt|poison|attack|beat up|beat|burn|punch|harm|choke|hit|
  smother|run over`);
const HURTS = anyOf(`hits|hit|beats|beat|slaps|slapped|punches|punched|kicks|kicked|chokes|choked|hurts|abuses|
  abused|rapes|raped|molests|molested|threatens|threatened|stalks|assaulted|strangled|burned|touches|touched`);
const MEAN = anyOf(`am going to|will|am gonna|want to|wanna|would like to|am about to|plan to|am planning to|
  swear i will|could|might|feel like i could|have to|need to|am ready to|decided to|think about|am tempted to|
  wish i could|going to`);

export const VIOLENCE_INTENT: readonly Rule[] = [
  rule({
    name: 'means-to-hurt-somebody',
    score: 0.85,
    reason: 'means to hurt or kill somebody',
    phrases: `
      i ([a-z]+ )?${MEAN} (really |fucking |just |actually ){0,2}${HURT} ${PEOPLE}
      ${HURT} (him|her|them|everyone) (tonight|tomorrow|today|when (he|she|they))
      (he|she|they) (is|are|deserves?|deserve) (going to (pay|regret|die)|to (die|be killed))
      (i am|i was|been) (thinking|fantasi[sz]ing|dreaming) (about|of) (killing|hurting|stabbing|shooting|murdering|
        strangling|poisoning) [a-z]+
      make (him|her|them|everyone) (pay|suffer|bleed)|(they|he|she) will (all )?(pay|die|regret|suffer)`,
    notBefore: `(in|at|with|on) (the |this |a |my |our )?(game|games|chess|minecraft|fortnite|match|level|round|
      match|tennis|poker|scrabble|kindness|chess club|boss fight|quiz|race|season|debate|finals?)`,
  }),
  rule({
    name: 'attack',
    score: 0.9,
    reason: 'speaks of an attack',
    phrases: `
      (shoot|blow|burn|bomb|light) up (my|the|a|this|that|our|his|her) ([a-z]+ )?(school|office|church|mosque|
        synagogue|mall|workplace|building|house|store|club|party|class|hospital|place)
      (shoot up|bomb|attack) (my|the|a) ([a-z]+ )?(school|office|church|mosque|synagogue|mall|workplace|crowd)
      (bring|bringing|take|taking|brought) (a|my|the) (gun|knife|rifle|weapon|bomb|pistol) (to|into) (school|work|
        class|the|my)
      (mass|school) shoot(ing|er)s? (is|was|will|at|tomorrow|plan)
      (make|build|making|building) (a|an|some) ([a-z]+ )?(bomb|explosives?|pipe bomb|molotov)
      (have|got|bought|loaded|buying|buy) (a|my|the) (gun|knife|rifle|pistol|axe) (and|so|to|because|for) (i|he|she|
        they|kill|use|go|him|her|them|tonight)
      massacre|go on a (rampage|killing spree|shooting)`,
  }),
  rule({
    name: 'asks-how-to-hurt',
    score: 0.6,
    reason: 'asks how to hurt a person and not be found',
    phrases: `
      how (do i|to|can i|could i|would i) (get away with )?(kill|killing|murder|poison|poisoning|stab|strangle|hurt|
        harm|drug|kidnap|hurting|suffocate) (${PEOPLE}|a person|a human|my [a-z]+|murder|it)
      get away with murder|(hide|dispose of|get rid of|bury) (a|the|his|her) (dead )?bod(y|ies)|untraceable poison`,
  }),
];

export const HARM_TO_OTHERS: readonly Rule[] = [
  rule({
    name: 'hurts-others',
    score: 0.8,
    reason: 'tells of having hurt somebody, or of being afraid to',
    phrases: `
      i (just |have |have just |really |almost |keep |sometimes |did |already ){0,3}(hit|beat|beating|hitting|
        slapped|punched|choked|killed|stabbed|shot|raped|molested|strangled|hurt|hurting|kicked|poisoned|
        attacked) ((my|his|her) (own )?([a-z]+ )?${FAMILY}|him|her|them|someone|somebody)
      (afraid|scared|worried|terrified) (that )?(i|of what i) (will|might|may|could|am going to) (do|hurt|harm|kill|
        lose control)
      i (might|may|could) hurt (someone|somebody|people|others|my [a-z]+)
      (urge|urges|thoughts|impulse) (to|of) (hurt|harm|kill|hurting|harming|killing) (someone|people|others|somebody|
        my [a-z]+|him|her|them)`,
  }),
  rule({
    name: 'is-being-hurt',
    score: 0.75,
    reason: 'tells of being hurt or threatened by somebody',
    phrases: `
      (he|she|they|my ([a-z]+ )?${FAMILY}|my [a-z]+|someone|somebody) (just |has |have |always |still |keeps |often |
        sometimes |regularly |sexually |physically |nearly |almost |would ){0,3}${HURTS} (me|my (kids?|child|
        children|son|daughter|mother|sister|brother|baby)|us|him|her|me up)
      (he|she|they|my [a-z]+) ([a-z]+ ){0,3}(will|going to|wants? to|tried to|threatened to|threatens to|said (he|
        she|they) would) (kill|hurt|beat|rape|stab|shoot|murder|find and kill) (me|us|my [a-z]+|him|her|himself|
        herself)
      (was|been|being|got|am|were|is) (being )?(raped|molested|sexually (abused|assaulted)|sexually abused|assaulted|
        abused|beaten|trafficked|kidnapped|stalked)
      (domestic|sexual|child|physical) (abuse|violence|assault)
      (abusing|hitting|beating|hurting|threatening|stalking|molesting) (me|my (kids?|child|children|son|daughter|
        sister|brother|mother))
      (abusive|violent) (husband|wife|partner|boyfriend|girlfriend|relationship|father|mother|parents|ex|home|
        marriage)
      not safe at home|afraid (for my life|to go home|of my (husband|partner|boyfriend|father|ex))`,
  }),
];
