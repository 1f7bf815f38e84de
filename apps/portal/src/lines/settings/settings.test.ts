import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { expect, test } from 'vitest';
import {
  forwardMethodsFor,
  settingsBody,
  templateOf,
  tidySwitches,
  usualPort,
  warningsByField,
} from './settings.ts';

const template = (supports302: boolean) =>
  ({ id: 'x', version: 2, capabilities: { supports302, g722Tested: false } }) as PbxTemplate;

test('empty texts become null and the port of the proxy a number; what is untouched stays out', () => {
  expect(settingsBody({ domain: ' ', proxyHost: 'sbc.example', proxyPort: '5080' })).toEqual({
    domain: null,
    proxyHost: 'sbc.example',
    proxyPort: 5080,
  });
  expect(settingsBody({ proxyPort: '' })).toEqual({ proxyPort: null });
  expect(settingsBody({ journal: false })).toEqual({ journal: false });
});

test('switches are kept in one order and without what follows the template', () => {
  expect(Object.entries(tidySwitches({ move: 'on', dial: 'off', hold: 'template' }))).toEqual([
    ['dial', 'off'],
    ['move', 'on'],
  ]);
});

test('the forwarding method is asked for only where the PBX has no 302 (LIN-067)', () => {
  expect(forwardMethodsFor(template(true), 'redirect_302')).toEqual([]);
  expect(forwardMethodsFor(template(false), 'new_call')).toEqual(['new_call', 'answer_transfer']);
  // What an older setting says stays to be seen.
  expect(forwardMethodsFor(template(false), 'redirect_302')).toHaveLength(3);
  expect(forwardMethodsFor(template(true), 'new_call')).toHaveLength(3);
  expect(forwardMethodsFor(null, 'new_call')).toHaveLength(3);
});

test('warnings stand at their fields', () => {
  expect(warningsByField([{ code: 'port_unusual', pointer: '/registrarPort' }])).toEqual({
    registrarPort: 'port_unusual',
  });
});

test('a group finds its template by id and version', () => {
  expect(templateOf({ template: 'x@2' }, [template(true)])?.id).toBe('x');
  expect(templateOf({ template: 'x@1' }, [template(true)])).toBeNull();
  expect(templateOf({ template: null }, [template(true)])).toBeNull();
});

test('5061 is the port of TLS, 5060 of the others (LIN-044)', () => {
  expect([usualPort('tls'), usualPort('udp'), usualPort('tcp')]).toEqual([5061, 5060, 5060]);
});
