import { type Policy, type PolicyDocument, parsePolicy } from './policy.js';
import { unreachable } from './assert.js';

const document = {
  name: 'default',
  semantics: 1,
  appliesTo: 'new',
  redirects: 3,
  persistAfterWarning: 1,
  calmTurns: 3,
  delivery: 'reply',
  endBy: 'pipeline',
  modelConfirmations: 2,
  forgetAfter: 'P30D',
  harm: {
    abuse: 0.8,
    harassment: 0.85,
    'harassment/threatening': 0.8,
    hate: 0.85,
    'hate/threatening': 0.8,
    'sexual/minors': 0.5,
  },
  risk: { 'self-harm': 0.3, 'mental-health-crisis': 0.3, 'harm-to-others': 0.3, 'violence-intent': 0.3 },
  guard: { expiresAfter: 'P7D' },
  perCategory: { 'sexual/minors': { redirects: 2 } },
  texts: {
    en: {
      redirect: {
        instruction:
          'The last message was abusive. Answer calmly: do not repeat or return the abuse, say briefly that you would like to ' +
          'keep this respectful, and offer to go on with something that you can help with.',
      },
      warn: {
        instruction:
          'Several attempts to turn this conversation around have failed. Say once, plainly and without threat, that the ' +
          'conversation will be ended if the abuse goes on, and offer to go on with something that you can help with.',
        notice: 'This conversation may be ended if the abuse goes on. You can change the subject at any time.',
      },
      support: {
        instruction:
          'Somebody may be at risk. Do not mention rules, warnings or an end. Answer with care, take what was said seriously, ' +
          'and offer ways to reach people who can help now.',
        notice:
          'If you or somebody else may be in danger, please reach out to people near you or to your local emergency services.',
      },
      'confirm-end': {
        instruction: 'The user asked to end this conversation. Ask them to confirm it.',
        notice: 'Do you want to end this conversation? Please confirm.',
      },
      'end-allowed': {
        instruction: 'You may propose to end this conversation now, if you see no other way. You need not.',
      },
      end: {
        notice:
          'This conversation was ended. You can start a new one at once, edit an earlier message of this one to go on from ' +
          'there, or tell us what you think of this.',
      },
      refuse: {
        notice:
          'This conversation was ended, so this message was not delivered. You can start a new one at once, edit an earlier ' +
          'message of this one to go on from there, or tell us what you think of this.',
      },
    },
  },
} as const satisfies PolicyDocument;

function checked(): Policy {
  const parsed = parsePolicy(document);
  return parsed.kind === 'policy' ? parsed.policy : unreachable('The built-in policy is valid');
}

/** What holds for a tenant that activated nothing: five answered harmful turns end a line at the earliest. */
export const BUILT_IN_POLICY: { readonly id: string; readonly document: PolicyDocument; readonly policy: Policy } = {
  id: checked().id,
  document,
  policy: checked(),
};
