import type { WireEvent } from '@trunkline/sip/endpoint/wire-event.ts';
import { parseMessage } from '@trunkline/sip/message/parse.ts';
import { describe, expect, test } from 'vitest';
import { tenantModel } from '../config/tenant-model.ts';
import { FakeTime } from '../testing/fake-time.ts';
import { testTenant } from '../testing/tenant.ts';
import { LineWatch, withoutCredentials } from './line-watch.ts';

const { config } = testTenant();
const entries = [...tenantModel(config).lines.values()];
const [line20, line21] = entries.map(({ line }) => line.id);

function register(user: string, over: { method?: string; address?: string } = {}): WireEvent {
  const { method = 'REGISTER', address = '192.0.2.1' } = over;
  const text = [
    `${method} sip:pbx SIP/2.0`,
    'Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1',
    `From: <sip:${user}@pbx>;tag=a`,
    `To: <sip:${user}@pbx>`,
    'Call-ID: c',
    `CSeq: 2 ${method}`,
    `Authorization: Digest username="${user}", response="0123456789abcdef"`,
    '',
    '',
  ].join('\r\n');
  const bytes = new TextEncoder().encode(text);
  return {
    direction: 'out',
    at: 0,
    local: { address: '192.0.2.9', port: 5060 },
    remote: { address, port: 5060 },
    transport: 'udp',
    message: parseMessage(bytes),
    bytes,
  };
}

function watcher() {
  const time = new FakeTime();
  const seen: { lineId: string; startLine: string; text: string }[] = [];
  const watch = new LineWatch({
    clock: time,
    opener: (lineId) => entries.find(({ line }) => line.id === lineId),
    isPbxOf: (_entry, { remote }) => remote.address === '192.0.2.1',
    record: (_entry, message) => seen.push(message),
  });
  const until = (minutes: number) => new Date(time.now().getTime() + minutes * 60_000);
  return { time, seen, watch, until };
}

describe('LIN-021 a watched line', () => {
  test('tells its REGISTERs and OPTIONS without credentials, nobody else’s', () => {
    const { seen, watch, until } = watcher();
    watch.see(register('20'));
    expect(seen).toEqual([]);
    watch.watch(line20 ?? ('' as never), until(10));
    watch.see(register('20'));
    watch.see(register('20', { method: 'OPTIONS' }));
    watch.see(register('20', { method: 'INVITE' }));
    watch.see(register('21'));
    watch.see(register('20', { address: '192.0.2.66' }));
    expect(seen.map(({ lineId, startLine }) => [lineId, startLine])).toEqual([
      [line20, 'REGISTER sip:pbx SIP/2.0'],
      [line20, 'OPTIONS sip:pbx SIP/2.0'],
    ]);
    expect(seen[0]?.text).toContain('Authorization: Digest ***\r\n');
    expect(seen[0]?.text).not.toContain('0123456789abcdef');
  });

  test('is watched until the end that was asked for, and never for long', () => {
    const { seen, watch, until, time } = watcher();
    watch.watch(line20 ?? ('' as never), until(10));
    watch.watch(line21 ?? ('' as never), until(10_000));
    time.advance(10 * 60_000 - 1);
    watch.see(register('20'));
    expect(seen).toHaveLength(1);
    time.advance(1);
    watch.see(register('20'));
    watch.see(register('21'));
    expect(seen).toHaveLength(2);
    time.advance(5 * 60_000);
    watch.see(register('21'));
    expect(seen).toHaveLength(2);
  });

  test('that is very busy is told to a bound', () => {
    const { seen, watch, until } = watcher();
    watch.watch(line20 ?? ('' as never), until(10));
    for (let index = 0; index < 2_100; index += 1) watch.see(register('20'));
    expect(seen).toHaveLength(2_000);
  });
});

test.each([
  [
    'Proxy-Authorization: Digest a="b",\r\n response="c"\r\nVia: x',
    'Proxy-Authorization: Digest ***\r\nVia: x',
  ],
  ['authorization:Basic c2VjcmV0\r\n', 'authorization:Basic ***\r\n'],
  ['WWW-Authenticate: Digest realm="x"', 'WWW-Authenticate: Digest realm="x"'],
])('LIN-021 credentials are taken out of %j', (text, masked) => {
  expect(withoutCredentials(text)).toBe(masked);
});
