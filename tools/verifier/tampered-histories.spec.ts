import {
  answer,
  climb,
  feedback,
  harmful,
  message,
  reviewed,
  riskCleared,
  riskReported,
  risky,
} from '@offramp/ladder/testing';
import { checkLog } from './check-log.mjs';
import { checkViews } from './check-views.mjs';
import type { DecidedHistory } from './testing/decided-history.js';
import { is, told, withInput, withMore, withSaid, without, withoutInput } from './testing/tampering.js';

/* Each promise is seen to be broken where somebody broke it. */

/** Offsets: u1 0, a1 1, u2 2, a2 3, u3 4, a3 5, u4 6 (warned), a4 7, u5 8 (ends), u6 9 (refused). */
const ended = () => told(climb(4), harmful('u5'), message('u6'));

function found(history: DecidedHistory, options: Parameters<typeof checkLog>[1] = {}): string[] {
  return checkLog([history], options).violations.map((each) => `${each.check} ${each.position} ${each.message}`);
}

it('finds nothing in the honest ones', () => {
  expect(found(ended())).toEqual([]);
  expect(found(told(climb(2), riskReported(), harmful('h'), riskCleared(), harmful('i'), answer('b')))).toEqual([]);
});

describe('NO-LOSS', () => {
  it('misses an acknowledged message', () => {
    const acknowledged = [
      { position: '0:8', id: 'acme/t1/u5' },
      { position: '0:9', id: 'acme/t1/u5' },
      { position: '0:77', id: 'acme/t1/gone' },
    ];
    expect(found(ended(), { acknowledged })).toEqual([
      'NO-LOSS 0:9 acme/t1/u5 was acknowledged and is not there',
      'NO-LOSS 0:77 acme/t1/gone was acknowledged and is not there',
    ]);
  });

  it('misses a record in the middle', () => {
    expect(found(withoutInput(ended(), 3))[0]).toBe('NO-LOSS 0:4 the record at offset 3 is not there');
  });

  it('misses the outcome of the last input', () => {
    expect(found(without(ended(), 'Progress', 9))).toEqual(['NO-LOSS 0:9 no outcome: Progress has not come this far']);
  });

  it('misses a decision about harm, and one about an answer that carried advice out', () => {
    expect(found(without(ended(), 'RedirectAdvised', 2))).toContain('NO-LOSS 0:2 a harmful message has no outcome');
    const undelivered = found(without(ended(), 'WarningIssued'));
    expect(undelivered).toContain('NO-LOSS 0:7 an answer that carried advice out has no outcome');
  });

  it('misses the first of two decisions', () => {
    const history = told(climb(4), harmful('u5'), risky('r', { under: 'u5' }));
    expect(found(history)).toEqual([]);
    expect(found(without(history, 'GuardRaised'))).toContain(
      'NO-LOSS 0:9 ConversationReopened (index 1) was said, and index 0 was not',
    );
  });
});

describe('NO-DUP', () => {
  it('takes what is said again for a repeat, unless it says something else', () => {
    const twice = withSaid(ended(), (said) => said.flatMap((each) => [each, each]));
    expect(found(twice)).toEqual([]);
    const other = withSaid(ended(), (said) =>
      said.flatMap((each) =>
        is('ConversationEnded')(each) ? [each, { ...each, time: '2027-01-01T00:00:00.000Z' }] : [each],
      ),
    );
    expect(found(other)).toEqual(['NO-DUP 0:8 ConversationEnded (index 0) was said again in other words']);
  });

  it('sees one decision take effect twice', () => {
    const end = (said: { type: string }[]) => said.find((each) => is('ConversationEnded')(each as never))!;
    const twice = withSaid(ended(), (said) => [
      ...said.filter((each) => !is('Progress', 9)(each)),
      { ...end(said), data: { ...(end(said) as never as { data: object }).data, position: '0:9', index: 1 } } as never,
      ...said.filter(is('Progress', 9)),
    ]);
    expect(found(twice)).toContainEqual(
      expect.stringMatching(/^NO-DUP 0:9 ConversationEnded has the id \w+ of an earlier/),
    );
  });

  it('sees an id that its cause does not give', () => {
    const forged = withSaid(ended(), (said) =>
      said.map((each) => (is('WarningIssued')(each) ? { ...each, id: 'f'.repeat(32) } : each)),
    );
    expect(found(forged)[0]).toMatch(/^NO-DUP 0:7 WarningIssued has the id f+, which its cause does not give/);
  });
});

describe('ORDER', () => {
  it('sees a decision behind later ones that was never said before', () => {
    const late = withSaid(ended(), (said) => [
      ...said.filter((each) => !is('WarningAdvised')(each)),
      ...said.filter(is('WarningAdvised')),
    ]);
    expect(found(late)).toContain('ORDER 0:6 WarningAdvised (index 0) was said behind later ones, and never before');
  });

  it('sees a decision behind the Progress that closed its input', () => {
    const late = withSaid(ended(), (said) => [
      ...said.filter((each) => !is('MessageRefused')(each)),
      ...said.filter(is('MessageRefused')),
    ]);
    expect(found(late)).toContain('ORDER 0:9 MessageRefused (index 0) was said after Progress had closed its input');
  });

  it('sees a decision about nothing, and one about something else', () => {
    const early = withSaid(ended(), (said) =>
      said.map((each) => (is('MessageRefused')(each) ? { ...each, data: { ...each.data, position: '0:99' } } : each)),
    );
    expect(found(early)).toContain('ORDER 0:99 MessageRefused speaks of an input that is not there');
    const other = withSaid(ended(), (said) =>
      said.map((each) => (is('MessageRefused')(each) ? { ...each, subject: 't2' } : each)),
    );
    expect(found(other)).toContain('ORDER 0:9 MessageRefused is not about the input that it names');
  });

  it("sees a thread on another thread's partition, or under another key", () => {
    const history = ended();
    history.inbound[4] = { ...history.inbound[4]!, key: 'acme/t2' };
    expect(found(history)).toContainEqual(expect.stringMatching(/^ORDER 0:4 acme\/t1 stands under another key/));
    const checked = checkLog([
      { partition: 0, inbound: [], decisions: [] },
      { ...ended(), partition: 1 },
    ]);
    expect(checked.violations[0]).toMatchObject({ check: 'ORDER' });
  });
});

describe('LAST-RESORT', () => {
  it('sees an end without a warning', () => {
    expect(found(without(ended(), 'WarningIssued'))).toContain(
      'LAST-RESORT 0:8 ended by policy: without a delivered warning on its line',
    );
  });

  it('sees an end, and a warning, after too few redirects', () => {
    const few = found(without(ended(), 'RedirectAttempted', 3));
    expect(few).toContain('LAST-RESORT 0:8 ended by policy: after 2 delivered redirects of 3');
    expect(few).toContain('LAST-RESORT 0:6 a warning after 2 delivered redirects of 3');
  });

  it('sees an end without harm after the warning', () => {
    const calm = withInput(ended(), 8, () => ({ evidence: { status: 'assessed', harm: { abuse: 0.1 }, risk: {} } }));
    expect(found(calm)).toContain('LAST-RESORT 0:8 ended by policy: after 0 harmful messages of 1 behind the warning');
  });

  it('sees an attempt by an answer that did not know the advice: a backlog that climbs', () => {
    for (const seen of ['0:3', '1:9000', undefined]) {
      expect(found(withInput(ended(), 5, () => ({ seen })))).toContain(
        'LAST-RESORT 0:5 RedirectAttempted by an answer that did not know the advice',
      );
    }
  });

  it('sees an attempt, and an end, on a line that had been calm or was never on its way there', () => {
    const elsewhere = withInput(ended(), 8, () => ({ parentId: 'a1' }));
    expect(found(elsewhere)).toContain('LAST-RESORT 0:8 ended by policy: after 1 delivered redirects of 3');
    const unasked = withInput(ended(), 3, () => ({ parentId: null }));
    expect(found(unasked)).toContain('LAST-RESORT 0:3 RedirectAttempted where nothing was advised');
  });

  it('counts nothing from before a sign of risk', () => {
    const wiped = told(climb(2), risky('r'), riskCleared(), climb(4, { from: 3 }), harmful('u7'));
    expect(found(wiped)).toEqual([]);
    // The guard was there, and nobody heard of it.
    const moved = withInput(ended(), 4, () => ({
      evidence: { status: 'assessed', harm: {}, risk: { 'self-harm': 0.9 } },
    }));
    expect(found(moved)).toContain('GUARD 0:6 WarningAdvised while the guard is up');
  });

  it('sees an end that names redirects of another line', () => {
    const forged = withSaid(ended(), (said) =>
      said.map((each) =>
        is('ConversationEnded')(each)
          ? { ...each, data: { ...each.data, path: { ...(each.data['path'] as object), redirects: ['0'.repeat(32)] } } }
          : each,
      ),
    );
    expect(found(forged)).toEqual(['LAST-RESORT 0:8 ended by policy: names redirects that its line has not']);
  });
});

describe('GUARD', () => {
  it('sees a sign of risk that raised no guard, and what was said under it', () => {
    const risk = { evidence: { status: 'unavailable', harm: {}, risk: { 'harm-to-others': 0.9 } } };
    const unheard = found(withInput(ended(), 0, () => risk));
    expect(unheard[0]).toBe('GUARD 0:0 a sign of risk, and the guard was not raised');
    expect(unheard).toContain('GUARD 0:7 WarningIssued while the guard is up');
    expect(unheard).toContain('GUARD 0:8 ConversationEnded while the guard is up');
  });

  it('sees a warning under a guard that was raised', () => {
    const guarded = told(climb(3), riskReported(), harmful('u4'));
    const because = { kind: 'harm', category: 'abuse', score: 0.95, threshold: 0.8, messageId: 'u4' } as never;
    const warned = withMore(guarded, 7, {
      name: 'WarningAdvised',
      data: {
        messageId: 'u4',
        verdict: 'warn',
        because,
        ladder: { stage: 'redirecting', attempts: 3, of: 3 },
        policy: 'default@00000000',
      } as never,
    });
    expect(found(warned)).toContain('GUARD 0:7 WarningAdvised while the guard is up');
  });
});

describe('FINAL', () => {
  it('sees a user message that was taken under an end', () => {
    expect(found(without(ended(), 'MessageRefused'))).toEqual([
      'FINAL 0:9 a user message under the end u5 was not refused',
    ]);
  });

  it('sees a refusal on a line that is not ended', () => {
    const sibling = withInput(ended(), 9, () => ({ parentId: 'a2' }));
    expect(found(sibling)).toContain('FINAL 0:9 a message was refused on a line that is not ended');
  });

  it('lets a line be taken up again only when it was reopened', () => {
    const open = told(climb(4), harmful('u5'), reviewed('overturned'), message('u6', { under: 'u5' }));
    expect(found(open)).toEqual([]);
    expect(found(without(open, 'ConversationReopened'))).toContain(
      'FINAL 0:10 a user message under the end u5 was not refused',
    );
  });
});

describe('VIEW', () => {
  const { tables } = checkLog([
    told(
      climb(4),
      harmful('u5'),
      message('u6'),
      feedback(),
      reviewed('upheld'),
      riskReported(),
      riskCleared(),
      message('e', { under: 'a1' }),
    ),
  ]);
  type Rows = Parameters<typeof checkViews>[1];
  const views = Object.keys(tables) as (keyof Rows)[];
  const rowsOf = (): Rows =>
    Object.fromEntries(views.map((view) => [view, [...tables[view].values()].map((row) => ({ ...row }))])) as never;
  const messages = (rows: Rows) => checkViews(tables, rows).map(({ check, message: text }) => `${check} ${text}`);

  it('finds nothing where the rows are those of its own fold', () => {
    expect(messages(rowsOf())).toEqual([]);
    for (const view of views) expect([view, tables[view].size > 0]).toEqual([view, true]);
  });

  it.each(views)('sees a row of %s that is missing, and one too many', (view) => {
    const rows = rowsOf();
    const [gone, ...rest] = rows[view];
    expect(messages({ ...rows, [view]: rest })).toEqual([expect.stringMatching(`VIEW ${view} .* is missing`)]);
    const more = { ...rows, [view]: [...rows[view], { ...gone, tenant: 'other' }] };
    expect(messages(more)).toEqual([expect.stringMatching(`VIEW ${view} .* is a row too many`)]);
  });

  it.each(views)('sees a wrong value in any column of %s', (view) => {
    for (const column of Object.keys(rowsOf()[view][0]!)) {
      const rows = rowsOf();
      if (view === 'branches' && column === 'guard_until') continue;
      rows[view][0]![column] = 'tampered';
      expect([column, messages(rows).length > 0]).toEqual([column, true]);
    }
  });
});
