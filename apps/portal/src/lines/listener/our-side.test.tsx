import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { GroupListener } from '@trunkline/contracts/listeners.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { show, startTexts } from '../../testing/bench.tsx';
import { OurSide } from './our-side.tsx';

beforeAll(startTexts);
afterEach(cleanup);

const group = { id: 'lgr_1', kind: 'trunk_static' } as never;
const told: GroupListener = {
  kind: 'trunk_static',
  mode: 'static',
  transport: 'tls',
  address: '203.0.113.7',
  port: 5061,
  media: { address: '203.0.113.7', portMin: 30_000, portMax: 30_999 },
  certificate: {
    subject: 'CN=sip.example.net',
    issuer: 'CN=sip.example.net',
    names: ['DNS:sip.example.net'],
    notBefore: '2020-01-01T00:00:00.000Z',
    notAfter: '2021-01-01T00:00:00.000Z',
    fingerprint: 'AB:CD',
    selfSigned: true,
    pem: '-----BEGIN CERTIFICATE-----',
  },
};
const answering = (listener: GroupListener) =>
  new Map([['GET /v1/line-groups/lgr_1/listener', () => Response.json(listener)]]);

test('LIN-046 LIN-078 says what is entered at the telephone system, to be copied', async () => {
  show(<OurSide group={group} />, answering(told));
  const part = await screen.findByRole('region', { name: 'Our address' });
  expect(await screen.findByText('Ready, calls arrive here')).toBeTruthy();
  for (const text of ['203.0.113.7', '5061', 'TLS', 'UDP 30000 to 30999', 'AB:CD'])
    expect(part.textContent).toContain(text);
  expect(part.textContent).toContain('DNS:sip.example.net');
  expect(part.textContent).toContain('Expired on');
  expect(part.textContent).toContain('Self-signed');
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Copy Address' }));
  expect(await navigator.clipboard.readText()).toBe('203.0.113.7');
});

test('what no media node has told is not made up', async () => {
  show(
    <OurSide group={group} />,
    answering({
      ...told,
      transport: 'udp',
      address: null,
      port: null,
      media: null,
      certificate: null,
    }),
  );
  expect(await screen.findByText(/No telephony service has reported/)).toBeTruthy();
  expect(screen.queryByRole('button')).toBeNull();
});
