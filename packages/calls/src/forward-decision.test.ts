import { callFunctions } from '@trunkline/contracts/call-functions.ts';
import { type LineForwarding, noForwarding } from '@trunkline/contracts/forwarding.ts';
import { describe, expect, test } from 'vitest';
import {
  defaultRingSeconds,
  type ForwardSituation,
  forwardCheck,
  forwardDecision,
  maxForwardDepth,
} from './forward-decision.ts';

function situation(
  over: Omit<Partial<ForwardSituation>, 'group'> & {
    forwarding?: Partial<LineForwarding>;
    doNotDisturb?: boolean;
    group?: Partial<ForwardSituation['group']>;
  } = {},
): ForwardSituation {
  const { forwarding, doNotDisturb = false, group, ...rest } = over;
  return {
    callHandling: { doNotDisturb, forwarding: { ...noForwarding, ...forwarding } },
    group: {
      functions: callFunctions,
      mailboxWhenSignedOut: false,
      notSignedInResponse: 486,
      ...group,
    },
    signedIn: null,
    busy: false,
    mailbox: null,
    list: [],
    listAfterSeconds: defaultRingSeconds,
    rangSeconds: null,
    ...rest,
  };
}
const forward = (reason: string, target: string) => ({ action: 'forward', reason, target });
const everything: Partial<LineForwarding> = {
  always: '1',
  busy: '2',
  noAnswer: { number: '3', seconds: 20 },
  signedOut: '4',
};

describe('a call that arrives', () => {
  test('rings when nothing is set', () => {
    expect(forwardDecision(situation())).toEqual({ action: 'ring', seconds: null });
  });

  test('LIN-063 every rule set: the first of the order decides, then the next', () => {
    const all = { forwarding: everything, doNotDisturb: true, busy: true };
    expect(forwardDecision(situation(all))).toEqual(forward('always', '1'));
    const noAlways = { ...all, forwarding: { ...everything, always: null } };
    expect(forwardDecision(situation(noAlways))).toMatchObject({ cause: 'do_not_disturb' });
    expect(forwardDecision(situation({ ...noAlways, doNotDisturb: false }))).toEqual(
      forward('busy', '2'),
    );
    const free = { ...noAlways, doNotDisturb: false, busy: false };
    expect(forwardDecision(situation(free))).toEqual({ action: 'ring', seconds: 20 });
  });

  test.each([486, 480, 603, 180] as const)(
    'LIN-062 do-not-disturb answers as the group says: %d',
    (notSignedInResponse) => {
      expect(
        forwardDecision(situation({ doNotDisturb: true, group: { notSignedInResponse } })),
      ).toEqual({ action: 'respond', response: notSignedInResponse, cause: 'do_not_disturb' });
    },
  );

  test('LIN-026 forwarding and do-not-disturb that are off do nothing', () => {
    const functions = callFunctions.filter(
      (name) => name !== 'forwarding' && name !== 'do_not_disturb',
    );
    expect(
      forwardDecision(
        situation({ forwarding: everything, doNotDisturb: true, busy: true, group: { functions } }),
      ),
    ).toEqual({ action: 'ring', seconds: null });
  });
});

describe('nobody signed in', () => {
  const away = { signedIn: false, mailbox: '+49301234599' };

  test('LIN-063 (a) the user’s own forwarding goes before the mailbox', () => {
    expect(
      forwardDecision(
        situation({
          ...away,
          forwarding: { signedOut: '4' },
          group: { mailboxWhenSignedOut: true },
        }),
      ),
    ).toEqual(forward('signed_out', '4'));
  });

  test('LIN-063 example: (a) unset, (b) on: the call goes to the mailbox, no 486', () => {
    expect(forwardDecision(situation({ ...away, group: { mailboxWhenSignedOut: true } }))).toEqual(
      forward('mailbox', '+49301234599'),
    );
  });

  test.each([null, ''])(
    'LIN-066 without a mailbox number (%j) the option does nothing',
    (mailbox) => {
      expect(
        forwardDecision(
          situation({ signedIn: false, mailbox, group: { mailboxWhenSignedOut: true } }),
        ),
      ).toEqual({ action: 'respond', response: 486, cause: 'not_signed_in' });
    },
  );

  test('LIN-063 example: signed in and do-not-disturb, (b) on: the response', () => {
    expect(
      forwardDecision(
        situation({
          mailbox: '+49301234599',
          doNotDisturb: true,
          group: { mailboxWhenSignedOut: true },
        }),
      ),
    ).toEqual({ action: 'respond', response: 486, cause: 'do_not_disturb' });
  });
});

describe('a call that rings unanswered', () => {
  const list = [
    { number: '31', seconds: 10 },
    { number: '32', seconds: 15 },
  ];

  test('goes on after the user’s seconds, not before', () => {
    const rings = (rangSeconds: number) =>
      forwardDecision(
        situation({
          signedIn: true,
          rangSeconds,
          forwarding: { noAnswer: { number: '3', seconds: 20 } },
          list,
        }),
      );
    expect(rings(0)).toEqual({ action: 'ring', seconds: 20 });
    expect(rings(19)).toEqual({ action: 'ring', seconds: 1 });
    expect(rings(20)).toEqual(forward('no_answer', '3'));
  });

  test('LIN-015 without an own forwarding the list of the line begins', () => {
    const rings = (rangSeconds: number) =>
      forwardDecision(situation({ signedIn: true, rangSeconds, list }));
    expect(rings(0)).toEqual({ action: 'ring', seconds: defaultRingSeconds });
    expect(rings(defaultRingSeconds)).toEqual(forward('list', '31'));
  });

  test('stays where nothing more is set', () => {
    expect(forwardDecision(situation({ signedIn: true, rangSeconds: 600 }))).toEqual({
      action: 'ring',
      seconds: null,
    });
  });
});

describe('VOX-131 loops', () => {
  test('the same target twice is one, ten stations are enough', () => {
    expect(forwardCheck([], '+491')).toBe('ok');
    expect(forwardCheck(['+491', '+492'], '+491')).toBe('loop');
    const far = Array.from({ length: maxForwardDepth }, (_, index) => `+49${index}`);
    expect(forwardCheck(far.slice(1), '+4999')).toBe('ok');
    expect(forwardCheck(far, '+4999')).toBe('too_deep');
  });
});
