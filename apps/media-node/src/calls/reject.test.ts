import { describe, expect, test } from 'vitest';
import { reactionToReject, reactionWhenNobody } from './reject.ts';

describe('rejecting', () => {
  test.each([486, 480, 603] as const)('LIN-062 nobody signed in answers %d', (status) => {
    expect(reactionWhenNobody(status)).toEqual({ keepRinging: false, status });
  });

  test('LIN-062 nobody signed in with 180 keeps ringing', () => {
    expect(reactionWhenNobody(180)).toEqual({ keepRinging: true });
  });

  test.each([
    ['client', 'busy', 486],
    ['client', 'decline', 603],
    [486, 'busy', 486],
    [486, 'decline', 486],
    [480, 'busy', 480],
    [480, 'decline', 480],
    [603, 'busy', 603],
    [603, 'decline', 603],
  ] as const)(
    'LIN-064 group answer %s, client says %s: PBX receives %d',
    (group, variant, status) => {
      expect(reactionToReject(group, variant)).toEqual({ keepRinging: false, status });
    },
  );

  test.each(['busy', 'decline'] as const)(
    'LIN-064 group answer 180, client says %s: PBX goes on ringing',
    (variant) => {
      expect(reactionToReject(180, variant)).toEqual({ keepRinging: true });
    },
  );
});
