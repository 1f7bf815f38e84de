import { expect, test } from 'vitest';
import { keysOfInfo, keyToInfo } from './dtmf-info.ts';

test('VOX-120 a key survives SIP INFO; other content holds none', () => {
  for (const digit of '0123456789ABCD*#') {
    const { contentType, body } = keyToInfo(digit);
    expect(keysOfInfo(contentType, body)).toBe(digit);
  }
  expect(keysOfInfo('application/dtmf', '5\r\n')).toBe('5');
  expect(keysOfInfo('Application/DTMF-Relay;charset=x', 'Duration=100\r\nsignal = #')).toBe('#');
  expect(keysOfInfo('application/dtmf-relay', 'Signal=11')).toBe('#');
  expect(keysOfInfo('application/media_control+xml', 'Signal=1')).toBe('');
  expect(keysOfInfo('application/dtmf', 'x'.repeat(10))).toBe('');
});
