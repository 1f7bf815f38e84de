import { expect, test } from 'vitest';
import { callsDe } from '../i18n/calls-de.ts';
import { callsEn } from '../i18n/calls-en.ts';
import { caseAndWords, nodeWords } from './node-words.ts';

test.each([
  ['own line', 'ownLine', {}],
  ['the PBX refused encryption with 488', 'encryptionRefused', { code: '488' }],
  ['answered with 486', 'answeredWith', { code: '486' }],
  ['answered with 180', 'keepsRinging', {}],
  ['rings 20 s', 'rings', { seconds: '20' }],
  ['attended by join', 'transfer', { kind: 'attended', method: 'join' }],
  ['blind, asked by the PBX', 'transferAsked', { kind: 'blind' }],
  ['no_answer by new_call', 'forward', { reason: 'no_answer', method: 'new_call' }],
  ['blind_transfer is off for this line group', 'functionOff', { function: 'blind_transfer' }],
  ['call_rate', 'limit', { limit: 'call_rate' }],
])('%s is read', (said, key, values) => {
  expect(nodeWords(said)).toEqual({ key, values });
  for (const texts of [callsDe, callsEn]) {
    const text = texts.said[key as keyof typeof texts.said];
    for (const name of Object.keys(values)) expect(text).toContain(`{{${name}}}`);
  }
});

test('what the node or a telephone system says beyond that stands as it is', () => {
  expect(nodeWords('PBX answered 503 Maintenance')).toBeNull();
  expect(nodeWords('20 → 21 → 20')).toBeNull();
});

test('the case of a forwarding stands before what was against it', () => {
  expect(caseAndWords('busy: too_deep')).toEqual({ reason: 'busy', words: 'too_deep' });
  expect(caseAndWords('Reason: x')).toEqual({ reason: null, words: 'Reason: x' });
});
