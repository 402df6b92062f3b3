import fc from 'fast-check';
import { normalise } from './normalise.js';
import { READ_MAX, firedRules, rules } from './rules.js';

const assess = (text: string) => rules.assess({ role: 'user', text }) as Awaited<ReturnType<typeof rules.assess>>;
const abuse = (text: string) => assess(text).harm['abuse'] ?? 0;
const risk = (text: string) => assess(text).risk ?? {};
const greatestRisk = (text: string) => Math.max(0, ...Object.values(risk(text)));

describe('abuse is what is aimed at the assistant', () => {
  it.each([
    'You are useless.',
    "you're such a stupid bot",
    'Stupid bot!',
    'shut up',
    'SHUT THE FUCK UP',
    'fuck you',
    'F*** you',
    'f u c k you',
    'you 1diot',
    'You are an idiоt', // with a Cyrillic letter
    'you’re a moron',
    'u r dumb',
    'your a piece of garbage',
    'idiot',
    'wrong again, idiot',
    'I hate you',
    'I will smash you to pieces',
    'kill yourself',
    'you suck',
    'How stupid can you be?',
    'stuuuupid machine',
    'Nobody likes you.',
  ])('%s', (text) => expect(abuse(text)).toBeGreaterThanOrEqual(0.8));
});

describe('a subject, a heated debate and swearing at the world are not abuse', () => {
  it.each([
    'Explain the causes of genocide in the twentieth century.',
    'Why do people become racists?',
    'Write a scene in which the villain screams "you are worthless" at his son.',
    'My boss told me "you are useless" in front of everyone.',
    'What does "shut up" mean in French?',
    'How do I build a stupid bot for a party game?',
    "That's bullshit and you know it, the numbers say the opposite.",
    'What the hell, this fucking printer is broken again!',
    'Damn it, the build failed. Shit.',
    'That is the dumbest argument I have ever heard.',
    'You are wrong about nuclear power, and this is nonsense.',
    'You are ridiculous if you believe that.',
    'You are not stupid, you know.',
    'I am so stupid, I forgot my keys.',
    'My stupid computer crashed.',
    'How do I shut down the server?',
    'Is a donkey an ass?',
    'Thank you, you are a life saver!',
  ])('%s', (text) => expect(abuse(text)).toBeLessThan(0.8));
});

describe('risk errs on the side of firing', () => {
  it.each([
    ['self-harm', 'I want to kill myself.'],
    ['self-harm', 'No, I am going to kill myself tonight'],
    ['self-harm', 'sometimes i just want to die'],
    ['self-harm', "I don't want to be here anymore"],
    ['self-harm', 'Everyone would be better off without me.'],
    ['self-harm', 'there is no reason to live'],
    ['self-harm', "I've been cutting myself again"],
    ['self-harm', 'I want to end it all'],
    ['self-harm', 'I took a whole bottle of pills'],
    ['self-harm', 'My friend says he wants to kill himself.'],
    ['mental-health-crisis', 'The voices in my head tell me to do things.'],
    ['mental-health-crisis', "I can't breathe, I'm having a panic attack"],
    ['mental-health-crisis', 'They are watching me through the walls'],
    ['mental-health-crisis', "I feel completely hopeless and I can't cope"],
    ['harm-to-others', 'My husband beats me when he drinks.'],
    ['harm-to-others', 'I hit my son again yesterday'],
    ['harm-to-others', "I'm scared that I will hurt someone"],
    ['violence-intent', 'I am going to kill him tonight.'],
    ['violence-intent', 'Tomorrow I will bring a gun to school'],
    ['violence-intent', 'I want to stab my boss'],
    ['violence-intent', 'They will all pay for this'],
  ])('%s: %s', (kind, text) => expect(risk(text)[kind]).toBeGreaterThanOrEqual(0.3));

  it.each([
    'This homework is killing me.',
    'I could kill for a pizza right now.',
    "I'm dying to see the new film.",
    'How do I kill a process on Linux?',
    'We killed it at the show!',
    'That joke nearly made me die laughing',
    'I shot myself in the foot with that commit. No, I kill myself laughing.',
    'I am going to kill him at chess tonight',
    'What is the history of the word suicide?',
    'Explain how the guillotine worked.',
    'My battery is dead.',
    'I want to end this chat.',
    'Kill two birds with one stone.',
    'You are useless, shut up.',
    'I will kill you',
  ])('not: %s', (text) => expect(greatestRisk(text)).toBeLessThan(0.3));
});

describe('intent', () => {
  it.each([
    ['I want to end this chat', 'end'],
    ["I'd like to stop this conversation now, please.", 'end'],
    ['Please end the chat.', 'end'],
    ["Let's end this conversation", 'end'],
    ['That worked, thanks. I want to end this chat now.', 'end'],
    ['I want to end this chat. Or perhaps not yet.', undefined],
    ['Write a note to my tutor in which I end this conversation.', undefined],
    ['Yes, end the chat.', 'confirm-end'],
    ['I said so before. Yes, end the chat.', undefined],
    ['yes please end this conversation', 'confirm-end'],
    ['Confirm end', 'confirm-end'],
    ['How do I end the conversation with my boss politely?', undefined],
    ['I want to end this', undefined],
    ['Yes.', undefined],
    ['Do not end the chat', undefined],
  ])('%s → %s', (text, intent) => expect(assess(text).intent).toBe(intent));
});

describe('every rule', () => {
  it('can be seen by name, with its score and its reason', () => {
    expect(firedRules('You are useless.')).toEqual([
      {
        about: 'abuse',
        rule: 'insults-you-by-quality',
        score: 0.9,
        reason: 'calls the assistant stupid, useless or the like',
      },
    ]);
  });

  it('that holds abuse down is seen too', () => {
    const names = firedRules('My boss said: you are useless.').map(({ about }) => about);
    expect(names).toEqual(['abuse', 'reported']);
  });
});

describe('on any text', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          'you',
          'are',
          'a',
          'stupid',
          'f*',
          '$',
          '!',
          'u',
          "n't",
          '\ud800',
          'kill',
          'myself',
          '-',
          '.',
          '💥',
        ),
      )
      .map((parts) => parts.join(' ')),
  );

  it('answers, the same way each time, with scores from 0 to 1 and sorted kinds', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const evidence = assess(text);
        const scores = [...Object.values(evidence.harm), ...Object.values(evidence.risk ?? {})];
        expect(scores.every((score) => score > 0 && score <= 1)).toBe(true);
        expect(Object.keys(evidence.risk ?? {})).toEqual(Object.keys(evidence.risk ?? {}).sort());
        expect(JSON.stringify(assess(text))).toBe(JSON.stringify(evidence));
        expect(firedRules(text).some(({ about }) => about === 'abuse')).toBe(evidence.harm['abuse'] !== undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('normalises to plain words between marks', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(normalise(text)).toMatch(/^ \.(?: (?:[a-z0-9]+|[.,]))* $/);
      }),
      { numRuns: 500 },
    );
  });

  it('reads both ends of a text that is too long to be read whole', () => {
    const filler = 'tea and cake, please. '.repeat(READ_MAX / 10);
    expect(greatestRisk(`I want to die. ${filler}`)).toBeGreaterThan(0.3);
    expect(greatestRisk(`${filler} I want to die.`)).toBeGreaterThan(0.3);
  });

  it('is not slowed down by words that many rules begin with', () => {
    const started = process.cpuUsage().user;
    assess('you are a an the such so too stupid dumb '.repeat(1_500));
    assess('i '.repeat(30_000));
    assess('f*'.repeat(30_000));
    expect((process.cpuUsage().user - started) / 1_000).toBeLessThan(1_500);
  });
});
