import { describe, expect, test } from 'vitest';
import { isChildMessage, isParentMessage } from './ipc.ts';

describe('messages between the processes', () => {
  test('to the engine process', () => {
    expect(isParentMessage({ kind: 'start', settings: {} })).toBe(true);
    expect(isParentMessage({ kind: 'request', id: 1, method: 'stats', argument: 'b' })).toBe(true);
    const wrong = [
      null,
      'start',
      { kind: 'start' },
      { kind: 'request', id: 1, method: 'constructor' },
      { kind: 'request', id: 'x', method: 'stats' },
    ];
    for (const message of wrong) expect(isParentMessage(message)).toBe(false);
  });

  test('from the engine process', () => {
    const right = [
      { kind: 'started' },
      { kind: 'refused', code: 'invalid-argument', message: 'm' },
      { kind: 'reply', id: 3, value: undefined },
      { kind: 'error', id: 3, code: 'timeout', message: 'm' },
      { kind: 'event', event: 'dtmf', detail: {} },
    ];
    for (const message of right) expect(isChildMessage(message)).toBe(true);
    const wrong = [
      undefined,
      { kind: 'reply' },
      { kind: 'error', id: 3 },
      { kind: 'event', event: 'engine-lost', detail: {} },
      { kind: 'event', event: 'dtmf' },
      { kind: 'else' },
    ];
    for (const message of wrong) expect(isChildMessage(message)).toBe(false);
  });
});
