import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Office, openOffice } from '../features/office.ts';
import { freePort } from '../harness/ports.ts';
import { needs } from '../peers/available.ts';
import { waitToHear } from '../peers/chromium/measure.ts';
import {
  answer,
  calleeSends,
  callerAcknowledges,
  callerSends,
  expectRequest,
  expectResponse,
  flow,
  invite,
  lateAnswer,
  pause,
  pcma,
  reply,
} from '../peers/sipp/flow.ts';
import { type Sipp, startSipp } from '../peers/sipp/sipp.ts';
import type { ClientUser } from '../product/client-app.ts';

const suite = needs('odd flows of SIPp through a PBX', 'sipp', 'kamailio', 'chromium');

/** What anna's browser says and SIPp sends back, hertz. */
const annaHz = 440;

describe.skipIf(suite.skip)(suite.name, () => {
  let office: Office;
  let anna: ClientUser;
  let phonePort: number;

  beforeAll(async () => {
    office = await openOffice({
      people: { anna: ['Anna Albrecht', '20'] },
      unregistered: ['40'],
    });
    phonePort = await freePort();
    const register = await readFile(new URL('../peers/sipp/register.xml', import.meta.url), 'utf8');
    await using phone = await startSipp({
      // For all of the flows.
      scenario: register.replaceAll('Expires: 120', 'Expires: 1200'),
      remote: office.kamailio.address,
      service: '40',
      auth: { user: '40', password: 'secret40' },
      port: phonePort,
    });
    expect(await phone.result).toMatchObject({ ok: true });
    anna = await office.signIn('anna');
  }, 120_000);

  afterEach(() => office?.clear(), 40_000);

  afterAll(() => office?.stop(), 60_000);

  /** SIPp calls anna through the PBX. */
  const call = (...steps: string[]) =>
    startSipp({
      scenario: flow(...steps),
      remote: `127.0.0.1:${office.kamailio.trunkPort}`,
      service: '20',
      echoAudio: true,
    });

  /** SIPp is the phone 40. */
  const phone = (...steps: string[]) =>
    startSipp({ scenario: flow(...steps), port: phonePort, echoAudio: true });

  async function wentWell(sipp: Sipp): Promise<void> {
    const { ok, successful, errors, messages } = await sipp.result;
    expect({ ok, successful }, `${errors}\n${messages.slice(-8_000)}`).toEqual({
      ok: true,
      successful: 1,
    });
  }

  test('RFC 3264 §5 the offer comes with our 200, the answer with the ACK', async () => {
    await using sipp = await call(
      invite({}),
      expectResponse(100, true),
      expectResponse(180),
      expectResponse(200),
      callerSends('ACK', 1, { body: pcma }),
      expectRequest('BYE'),
      reply(200, 'OK'),
    );
    await anna.ringing('Odd');
    await anna.answer();
    await anna.connected();
    await waitToHear(anna.page, annaHz);
    await anna.hangUp();
    await wentWell(sipp);
    expect(await office.nextCall()).toMatchObject({ result: 'answered', endedBy: 'local' });
  }, 60_000);

  test('within a call: offerless re-INVITE, unknown method, body nobody reads', async () => {
    await using sipp = await call(
      invite({ body: pcma }),
      expectResponse(100, true),
      expectResponse(180),
      expectResponse(200),
      callerSends('ACK', 1),
      callerSends('INVITE', 5),
      expectResponse(100, true),
      expectResponse(200),
      callerSends('ACK', 5, { body: pcma }),
      callerSends('OPTIONS', 6),
      expectResponse(200),
      callerSends('DANCE', 7),
      expectResponse(501),
      callerSends('UPDATE', 8, { body: 'no description at all' }),
      expectResponse(488),
      callerSends('INVITE', 9, { body: 'hello', contentType: 'text/plain' }),
      expectResponse(100, true),
      expectResponse(415),
      callerAcknowledges(9),
      pause(300),
      callerSends('BYE', 10),
      expectResponse(200),
      callerSends('BYE', 11),
      expectResponse(481),
    );
    await anna.ringing('Odd');
    await anna.answer();
    await wentWell(sipp);
    await anna.idle();
    expect(await office.nextCall()).toMatchObject({ result: 'answered', endedBy: 'remote' });
  }, 60_000);

  test.each([
    [420, 'an extension nobody knows', { body: pcma, headers: ['Require: teleport'] }],
    [415, 'a body nobody reads', { body: 'hello', contentType: 'text/plain' }],
    [488, 'no common codec', { body: pcma.replace('8 101', '18').replace('8 PCMA', '18 G729') }],
    [488, 'video alone', { body: pcma.replace('m=audio', 'm=video') }],
    [
      481,
      'Replaces of a call nobody has',
      {
        body: pcma,
        headers: ['Replaces: nobody;to-tag=1;from-tag=2'],
      },
    ],
    [488, 'a description that is none', { body: 'v=0' }],
  ] as const)('%i: %s', async (status, _why, content) => {
    await using sipp = await call(
      invite(content),
      expectResponse(100, true),
      expectResponse(status),
      callerAcknowledges(1),
    );
    await wentWell(sipp);
    expect(await anna.page.getByRole('region', { name: /^Call from/ }).count()).toBe(0);
    // What reached her line she finds among the calls, with the reason.
    if (status === 488)
      expect(await office.nextCall()).toMatchObject({ cause: 'media_failed', sipCode: status });
  });

  test('answered without a word before, ended in the same breath', async () => {
    await using sipp = await phone(
      expectRequest('INVITE'),
      answer(200, 'OK', { body: pcma }),
      expectRequest('ACK'),
      calleeSends('BYE', 1),
      expectResponse(200),
    );
    await anna.dial('40');
    await wentWell(sipp);
    await anna.idle();
    expect(await office.nextCall()).toMatchObject({ result: 'answered', endedBy: 'remote' });
  }, 60_000);

  test('RFC 3261 §13.2.2.4 early media of one branch, the answer of another', async () => {
    await using sipp = await phone(
      expectRequest('INVITE'),
      answer(183, 'Session Progress', { body: pcma }, 'first'),
      pause(200),
      answer(180, 'Ringing', {}, 'second'),
      pause(200),
      answer(200, 'OK', { body: pcma }, 'second'),
      expectRequest('ACK'),
      expectRequest('BYE'),
      reply(200, 'OK'),
    );
    await anna.dial('40');
    await anna.connected();
    await waitToHear(anna.page, annaHz);
    await anna.hangUp();
    await wentWell(sipp);
    await anna.idle();
    expect(await office.nextCall()).toMatchObject({ result: 'answered', endedBy: 'local' });
  }, 60_000);

  test('RFC 3261 §9.1 the answer crosses the CANCEL: taken and ended at once', async () => {
    await using sipp = await phone(
      expectRequest('INVITE'),
      answer(180, 'Ringing'),
      expectRequest('CANCEL'),
      reply(200, 'OK'),
      lateAnswer(200, 'OK', { body: pcma }),
      expectRequest('ACK'),
      expectRequest('BYE'),
      reply(200, 'OK'),
    );
    await anna.dial('40');
    await office.kamailio.waitFor({ method: 'INVITE', kind: 'response', status: 180 });
    await anna.hangUp();
    await wentWell(sipp);
    await anna.idle();
    expect(await office.nextCall()).toMatchObject({ endedBy: 'local' });
  }, 60_000);

  test('an answer without a description: acknowledged, ended, and anna is told', async () => {
    await using sipp = await phone(
      expectRequest('INVITE'),
      answer(200, 'OK'),
      expectRequest('ACK'),
      expectRequest('BYE'),
      reply(200, 'OK'),
    );
    await anna.dial('40');
    await anna.page.getByText('The call could not be made').first().waitFor({ timeout: 15_000 });
    await wentWell(sipp);
    await anna.idle();
    expect(await office.nextCall()).toMatchObject({
      endedBy: 'system',
      cause: 'media_failed',
      verdict: { severity: 'error' },
    });
  }, 60_000);

  test('the PBX changes the codec under way, and ends the call with a challenge to our BYE', async () => {
    await using sipp = await phone(
      expectRequest('INVITE'),
      answer(200, 'OK', { body: pcma }),
      expectRequest('ACK'),
      calleeSends('INVITE', 1, {
        body: pcma
          .replace('1 1 IN', '1 2 IN')
          .replace('AVP 8', 'AVP 0')
          .replace('8 PCMA', '0 PCMU'),
      }),
      expectResponse(100, true),
      expectResponse(200),
      calleeSends('ACK', 1),
      expectRequest('BYE'),
      reply(403, 'Forbidden'),
    );
    await anna.dial('40');
    await anna.connected();
    await waitToHear(anna.page, annaHz);
    await anna.hangUp();
    await wentWell(sipp);
    await anna.idle();
    expect(await office.nextCall()).toMatchObject({ result: 'answered', endedBy: 'local' });
  }, 60_000);
});
