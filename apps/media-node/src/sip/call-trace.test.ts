import { expect, test } from 'vitest';
import { maskUser } from './call-trace.ts';

test.each([
  ['sip:001711234567@192.0.2.1:5060', 'sip:xxxxxxxxxx67@192.0.2.1:5060'],
  ['sip:20@192.0.2.1', 'sip:xx@192.0.2.1'],
  ['sip:+49301234520@pbx.example;user=phone', 'sip:+xxxxxxxxx20@pbx.example;user=phone'],
  ['tel:+49-30-12345', 'tel:+xx-xx-xxx45'],
  ['sip:192.0.2.1:5060', 'sip:192.0.2.1:5060'],
  ['sip:alice@192.0.2.1', 'sip:alice@192.0.2.1'],
])('%s is recorded as %s', (uri, masked) => {
  expect(maskUser(uri)).toBe(masked);
});
