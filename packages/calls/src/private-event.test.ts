import { expect, test } from 'vitest';
import { maskPrivateEvent } from './private-event.ts';
import { callStarted } from './testing/recorded.ts';

test('LIN-010 neither number nor name is left of the start of a private call', () => {
  const [type, data] = callStarted({
    private: true,
    dialled: { typed: '01711234567', sent: '01711234567', trace: ['01711234567'] },
    diversions: ['sip:+491711234567@pbx'],
  });
  const text = JSON.stringify(maskPrivateEvent(type, data));
  expect(text).not.toMatch(/1711234567|Arthur/);
  expect(text).toContain('"lineNumber":"20"');
});

test.each<[string, object]>([
  ['call.route', { decision: 'dial', detail: 'to 0171', target: '0171', trace: ['0171'] }],
  [
    'call.forwarded',
    {
      reason: 'user',
      method: 'new_call',
      userId: null,
      target: '0171',
      state: 'tried',
      sipCode: null,
    },
  ],
  ['limit.hit', { reason: 'country', userId: null, lineId: null, destination: '0171' }],
  [
    'sip.message',
    { direction: 'out', startLine: 'INVITE sip:0171@x SIP/2.0', cseq: '1 INVITE', peer: 'p' },
  ],
])('%s loses its target', (type, data) => {
  expect(JSON.stringify(maskPrivateEvent(type, data))).not.toContain('0171');
});

test('a status line stays, and of what nobody knows nothing does', () => {
  const message = {
    direction: 'in',
    startLine: 'SIP/2.0 486 Busy Here',
    cseq: '1 INVITE',
    peer: 'p',
  };
  expect(maskPrivateEvent('sip.message', message)).toMatchObject({ startLine: message.startLine });
  expect(maskPrivateEvent('call.new_thing', { number: '0171' })).toEqual({});
  expect(maskPrivateEvent('call.route', { number: '0171' })).toEqual({});
});
