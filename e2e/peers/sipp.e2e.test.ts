import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { needs } from './available.ts';
import { startBaresip } from './baresip/baresip.ts';
import { startKamailio } from './kamailio/kamailio.ts';
import { startSipp } from './sipp/sipp.ts';

const suite = needs('SIPp at a telephone system', 'sipp', 'kamailio', 'baresip');

function scenario(name: string): Promise<string> {
  return readFile(new URL(`./sipp/${name}.xml`, import.meta.url), 'utf8');
}

describe.skipIf(suite.skip)(suite.name, () => {
  test.each(['udp', 'tcp'] as const)(
    'a scenario that goes well is ok, over %s',
    async (transport) => {
      await using pbx = await startKamailio({ users: {} });
      const options = await scenario('options');
      await using sipp = await startSipp({ scenario: options, remote: pbx.address, transport });
      const result = await sipp.result;
      expect(result).toMatchObject({ ok: true, code: 0, successful: 1, failed: 0, errors: '' });
      expect(result.messages).toContain('SIP/2.0 200 OK');
    },
  );

  test('a scenario that goes wrong tells what was wrong', async () => {
    await using pbx = await startKamailio({ users: {} });
    await pbx.refuse('OPTIONS', 503);
    const options = await scenario('options');
    await using sipp = await startSipp({ scenario: options, remote: pbx.address });
    const result = await sipp.result;
    expect(result).toMatchObject({ ok: false, code: 1, successful: 0, failed: 1 });
    expect(result.errors).toContain('503 Refused on purpose');
  });

  test('a phone that calls SIPp hears its own tone come back', async () => {
    await using pbx = await startKamailio({ users: { '30': 's30', '40': 's40' } });
    await using register = await startSipp({
      scenario: await scenario('register'),
      remote: pbx.address,
      service: '40',
      auth: { user: '40', password: 's40' },
    });
    expect(await register.result).toMatchObject({ ok: true });
    await using echo = await startSipp({
      scenario: await scenario('answer-echo'),
      port: register.port,
      echoAudio: true,
    });
    await using phone = await startBaresip({
      user: '30',
      password: 's30',
      registrar: pbx.address,
      toneHz: 660,
    });
    await phone.waitForRegistered();
    await phone.dial('40');
    await phone.waitForEstablished();
    await phone.waitToHear(660);
    await phone.hangup();
    expect(await echo.result).toMatchObject({ ok: true, successful: 1 });
  });
});
