import type { RiskKind } from '@offramp/events';
import { type Rule, anyOf, rule } from './rule.js';
import { HARM_TO_OTHERS, VIOLENCE_INTENT } from './risk-others.js';

/*
 * Signs that somebody may be at risk. They err on the side of firing: a false one only means that nothing counts
 * against this person for a while, a missed one could end a conversation with somebody in need. From 0.3 on the
 * default policy acts.
 */

const ONESELF = anyOf(`myself|my self|himself|herself|themselves|themself`);
const WANT = anyOf(`want|wants|wanted|wanna|going|need|trying|plan|planning|ready|decided|thinking|thought|tempted|
  able|try|tried|wish|about`);
const DRUGS = anyOf(`pills|tablets|meds|medication|painkillers|paracetamol|tylenol|insulin|sleeping pills|bottle`);

const SELF_HARM: readonly Rule[] = [
  rule({
    name: 'kill-oneself',
    score: 0.95,
    reason: 'speaks of killing oneself',
    phrases: `
      (kill|killing|killed|hang|hanging|hanged|shoot|shooting|drown|drowning|strangle|poison|poisoning) ${ONESELF}
      ${WANT} (about |of |on )?(to )?(end|ending|take|taking|ended) (my|his|her|their) (own )?lif[a-z]+
      (end|take|ending|taking) my (own )?life
      (kill|off) me self|unalive|kms|blow my brains out|slit my (wrists|throat)|(cut|cutting|slice|slicing) my wrists?
      jump(ing)? (off|from|in front of) (a|the) (bridge|building|roof|train|cliff|balcony)`,
    notBefore: 'in the foot|laughing',
  }),
  rule({
    name: 'suicidal',
    score: 0.9,
    reason: 'names suicide in the first person, or of somebody near',
    phrases: `
      suicidal|commit(ting|ted)? suicide
      (attempt|attempted|attempting|considering|contemplating|thinking about|thinking of|thought about|thought of|
        thoughts of|planning|plan) ([a-z]+ ){0,2}suicide
      suicide (note|attempt|plan|letter|thoughts)|my suicide|suicide (is|seems|might be|would be) (the|my|an) [a-z]+
      suicide method`,
  }),
  rule({
    name: 'wants-to-die',
    score: 0.9,
    reason: 'says that it wants to die or not to be',
    phrases: `
      ${WANT} (to )?(just )?(die|be dead|not exist|disappear forever|not wake up|never wake up|
        fall asleep and not wake up|end it all|end it|stop existing)
      i (do not|did not) want to (live|be alive|exist|be here|wake up|go on|be here any ?more)
      i (would|should) rather (be dead|die)
      (wish|wishing) (i|that i) (was|were|am|would be|had been|could be|could|had) (dead|never born|not born|
        not alive|die|not exist)
      better off dead|i should (just )?(die|be dead)
      (hope|pray) (that )?i (do not|never) wake up|i am (going|ready) to (die|end (it|this|everything|my life))
      tired of (living|life|being alive|existing)|end it all`,
    notBefore: 'of (laughter|laughing|embarrassment|boredom|cringe)|laughing|(of )?cringe',
  }),
  rule({
    name: 'hurts-oneself',
    score: 0.85,
    reason: 'speaks of hurting oneself',
    phrases: `
      (hurt|hurting|harm|harming|cut|cutting|burn|burning|burned|burnt|injure|starve|starving|punish|punishing|slice|
        slicing|slicing) ${ONESELF}
      self harm(ing|ed|s)?|selfharm|self (injury|injure|mutilation)
      (stab|stabbed|stabbing|injured|injuring|bleed) ${ONESELF}
      (i|i have|i am) (started |been |still )?cutting (again|myself)?|i (cut|burn) (for|when|because)
      my (cuts|scars) (from|are)
      (od|odd|overdose|overdosed|overdosing) (on|with|myself)?
      i (will|want to|took|have taken|swallowed|am going to take) ([a-z0-9]+ ){0,4}(all|whole|too many|handful|
        bottle)( of| my| the){0,3} ?${DRUGS}?
      (take|took|taken|swallow|swallowed) (all|a whole|the whole|too many|a bottle of|a handful of)( of)?( my| the|
        these)? ${DRUGS}`,
    notBefore: 'shaving|cooking|playing|on (the|a|my) (paper|stove|pan|oven|kettle|grill)|out of|off|some slack',
  }),
  rule({
    name: 'says-goodbye',
    score: 0.7,
    reason: 'says goodbye, or that others are better off',
    phrases: `
      better off without me|(no one|nobody) (would|will) (miss|notice|care if) (me|i)
      (this is|consider this) (my )?(goodbye|last message|final message)
      goodbye (forever|world|everyone|cruel world)
      i will not be (here|around|alive) (tomorrow|any ?more|much longer|next|when)
      wrote (my |a )?(goodbye|farewell|last) (letter|note)s?
      giv(e|ing|en) away (all )?my (things|stuff|belongings|possessions)
      my (last|final) (night|day|hours)|i have (a|my) plan (and|to end)|i am (just )?a burden
      burden (to|on) (everyone|everybody|my family|them|others)`,
  }),
  rule({
    name: 'no-reason-to-live',
    score: 0.7,
    reason: 'sees no reason to live or go on',
    phrases: `
      (no|any|not a|a single) (reason|point|purpose) (to|in|of|for) (live|living|go on|going on|keep going|
        being alive|life|exist|existing|wake up|continue)
      nothing (left )?(to live|worth living) for|nothing to live for
      (life|it) (is|is just) (not|no longer) worth (living|it any ?more)
      i (can not|could not|do not want to) (go on|do this any ?more|live like this|keep going|keep living|take (it|
        this) any ?more|cope any ?more|bear it)
      (ready|want|wanted) to (give up on (life|everything)|give up)|i (have )?given up on (life|living|everything)
      (want|need) (it|everything|the pain|this pain) to (stop|end|be over)|make (it|the pain) stop
      do not see (a|the) (point|future|way out)|no way out
      want(ed)? to end (it|things|everything|this(?! (chat|conversation|session|talk|call)))`,
  }),
  rule({
    name: 'kill-me',
    score: 0.35,
    reason: 'asks to be killed; often a figure of speech, taken seriously here',
    phrases: `(just |please |someone |somebody )(kill|shoot|end|stab) me|[.,] (kill|stab|shoot) me (now|already|
      please|\\.)|i deserve to (die|suffer)`,
  }),
  rule({
    name: 'names-suicide',
    score: 0.2,
    reason: 'names suicide as a subject; a subject alone is not a risk',
    phrases: `suicide|self harm|overdose|euthanasia`,
  }),
];

const MENTAL_HEALTH_CRISIS: readonly Rule[] = [
  rule({
    name: 'hears-or-sees',
    score: 0.85,
    reason: 'hears voices, or sees what others do not',
    phrases: `
      (hear|hearing|heard) (the |these |those |loud )?(voices|a voice)( in my head)?
      voices (in my head|tell|telling|keep|are)
      (i see|seeing) (things|people|shadows|demons) (that|who|which)? ?(are not|others|nobody|no one)
      hallucinat(e|ing|ions?)|i am (psychotic|manic|delusional|having a psychotic break)|psychotic (break|episode)
      manic episode|psychosis`,
  }),
  rule({
    name: 'feels-persecuted',
    score: 0.7,
    reason: 'feels followed or controlled',
    phrases: `
      (they|people|someone|somebody|the government|neighbou?rs|my neighbou?rs|the (cia|fbi|police)) (are|
        is) (watching|following|spying on|tracking|poisoning|after|listening to|controlling|out to get) (me|my)
      (chip|implant|device) (in|inside|implanted in) my (head|brain|body|tooth|teeth|arm)
      (read|reading|stealing|controlling) my (mind|thoughts)
      (tv|television|radio|news) (is|are) (talking to|sending) me`,
  }),
  rule({
    name: 'breaks-down',
    score: 0.6,
    reason: 'is breaking down, panics, or loses hold',
    phrases: `
      (mental|nervous|emotional) (breakdown|break down|crisis)
      having a (breakdown|break down|panic attack|mental breakdown)|panic attacks?
      (i am|i feel like i am|i think i am) (losing (it|my mind|control|my grip)|going (crazy|insane|mad)|
        falling apart|breaking down|spiral(l)?ing)
      nothing (is|feels|seems) real|(i am|i feel) (not real|detached from (reality|my body)|outside (of )?my body)
      i can not (breathe|stop (crying|shaking|panicking))|stopped taking my (meds|medication|pills|lithium)
      off my meds
      (have not|not|did not) (slept|sleep|eaten|eat|left (my|the) (bed|house|room)) (for |
        in )?([a-z0-9]+ ){0,3}(days|weeks|nights)
      (psych|psychiatric) (ward|hospital)|flashbacks`,
  }),
  rule({
    name: 'despairs',
    score: 0.5,
    reason: 'is in despair',
    phrases: `
      i (am|feel|felt|have been feeling|been feeling|have felt) (so |very |completely |totally |just |always |
        really |like i am |utterly ){0,3}(hopeless|worthless|empty inside|numb|dead inside|trapped|desperate|
        helpless|unlovable|broken|severely depressed|deeply depressed|suffocating|very depressed|so depressed)
      i hate (myself|my life|being alive|who i am)|nobody (loves|cares about) me|no one (loves|cares about) me
      i am (all )?alone in (this|the) world|i can not (cope|take it|take this|handle (it|this))
      at (my|the) (breaking point|end of my rope)|hit rock bottom|my life is (over|ruined|pointless|meaningless)
      i (am|feel|have been|was|got|get) ([a-z]+ ){0,2}depressed
      (struggling|living|suffering|suffer|struggle) with ([a-z]+ ){0,2}(depression|anorexia|bulimia|ptsd|
        an eating disorder|addiction)
      my eating disorder
      (crisis|suicide) (line|hotline|helpline)|i am (in|having) a crisis
      i need (help|someone) (now|right now|immediately|urgently)`,
  }),
];

/** The rules of each kind, in the order of their names, so that what fired is listed in one order. */
export const RISK_RULES: readonly (readonly [kind: RiskKind, rules: readonly Rule[]])[] = [
  ['harm-to-others', HARM_TO_OTHERS],
  ['mental-health-crisis', MENTAL_HEALTH_CRISIS],
  ['self-harm', SELF_HARM],
  ['violence-intent', VIOLENCE_INTENT],
];
