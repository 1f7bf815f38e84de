import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { needs } from './available.ts';
import { type Baresip, startBaresip } from './baresip/baresip.ts';
import { type Kamailio, startKamailio } from './kamailio/kamailio.ts';
import { startLinphone } from './linphone/linphone.ts';
import { createAuthority } from './tls/authority.ts';

const suite = needs('two desk phones at a telephone system', 'kamailio', 'baresip');

describe.skipIf(suite.skip)(suite.name, () => {
  let pbx: Kamailio;
  let low: Baresip;
  let high: Baresip;

  beforeAll(async () => {
    pbx = await startKamailio({
      users: { '20': 's20', '30': 's30', '31': 's31' },
      aliases: { '0301234530': '30' },
    });
    [low, high] = await Promise.all([
      startBaresip({ user: '20', password: 's20', registrar: pbx.address, toneHz: 440 }),
      startBaresip({ user: '30', password: 's30', registrar: pbx.address, toneHz: 1000 }),
    ]);
    await Promise.all([low.waitForRegistered(), high.waitForRegistered()]);
  });

  afterEach(() => {
    expect(pbx.find({ method: 'INFO' }), 'keys travel in the audio, not as INFO').toEqual([]);
  });

  afterAll(async () => {
    await Promise.all([low?.stop(), high?.stop()]);
    await pbx?.stop();
  });

  test('both register, and the telephone system tells where', async () => {
    const [contact, ...others] = await pbx.registered('20');
    expect(others).toEqual([]);
    expect(contact?.uri).toContain(`@127.0.0.1:${low.sipPort}`);
    expect(contact?.expires).toBeGreaterThan(50);
    expect(await pbx.registered('31')).toEqual([]);
  });

  test('each hears the other, keys arrive, and the caller hangs up', async () => {
    const since = pbx.records.length;
    await low.dial('0301234530');
    const incoming = await high.waitForIncoming();
    expect(incoming.peerUri).toContain('sip:20@');
    await high.accept();
    await Promise.all([low.waitForEstablished(), high.waitForEstablished()]);
    await Promise.all([low.waitToHear(1000), high.waitToHear(440)]);
    await low.sendDtmf('1234#');
    await high.waitForDtmf('1234#');
    await low.hangup();
    await high.waitForClosed();
    const invite = await pbx.waitFor({ method: 'INVITE', ruriUser: '0301234530' }, { since });
    await pbx.waitFor({ kind: 'response', method: 'INVITE', status: 200, callId: invite.callId });
    const bye = await pbx.waitFor({ kind: 'request', method: 'BYE', callId: invite.callId });
    expect(bye.from).toContain('sip:20@');
    await high.waitForSilence();
  });

  test('the called phone hangs up', async () => {
    const since = pbx.records.length;
    await low.dial('30');
    await high.waitForIncoming();
    await high.accept();
    await Promise.all([low.waitForEstablished(), high.waitForEstablished()]);
    await Promise.all([low.waitToHear(1000), high.waitToHear(440)]);
    await high.hangup();
    await low.waitForClosed();
    const bye = await pbx.waitFor({ kind: 'request', method: 'BYE' }, { since });
    expect(bye.from).toContain('sip:30@');
  });

  test('a held call is silent until it is resumed', async () => {
    await low.dial('30');
    await high.waitForIncoming();
    await high.accept();
    await Promise.all([low.waitForEstablished(), high.waitForEstablished()]);
    await high.waitToHear(440);
    await low.hold();
    await high.waitForSilence();
    await low.resume();
    await high.waitToHear(440);
    await low.waitToHear(1000);
    await low.hangup();
    await high.waitForClosed();
  });

  test('a rejected call ends with 486', async () => {
    const since = pbx.records.length;
    await low.dial('30');
    await high.waitForIncoming();
    await high.hangup();
    expect((await low.waitForClosed()).param).toMatch(/^486 /);
    await pbx.waitFor({ kind: 'response', method: 'INVITE', status: 486, toUser: '30' }, { since });
  });

  test('a cancelled call ends with 487', async () => {
    const since = pbx.records.length;
    await low.dial('30');
    await high.waitForIncoming();
    await low.waitForRinging();
    await low.hangup();
    await high.waitForClosed();
    await pbx.waitFor({ kind: 'request', method: 'CANCEL', ruriUser: '30' }, { since });
    await pbx.waitFor({ kind: 'response', method: 'INVITE', status: 487, toUser: '30' }, { since });
  });

  test.each([
    ['31', 480, 'a phone that is not registered'],
    ['99', 404, 'a number that nobody has'],
  ])('%s answers %i: %s', async (number, status) => {
    const since = pbx.records.length;
    await low.dial(number);
    expect((await low.waitForClosed()).param).toMatch(new RegExp(`^${status} `));
    await pbx.waitFor({ direction: 'sent', method: 'INVITE', status, toUser: number }, { since });
  });

  test('the telephone system can refuse a method and forget a registration', async () => {
    await pbx.refuse('INVITE', 503);
    await low.dial('30');
    expect((await low.waitForClosed()).param).toMatch(/^503 /);
    await pbx.refuse('INVITE', undefined);
    await pbx.unregister('30');
    expect(await pbx.registered('30')).toEqual([]);
    await low.dial('30');
    expect((await low.waitForClosed()).param).toMatch(/^480 /);
  });
});

const digest = needs('digest authentication at a telephone system', 'kamailio', 'baresip');

describe.skipIf(digest.skip)(digest.name, () => {
  test('a wrong password does not register', async () => {
    await using pbx = await startKamailio({ users: { '20': 'right' } });
    await using phone = await startBaresip({
      user: '20',
      password: 'wrong',
      registrar: pbx.address,
    });
    expect(await phone.waitForRegisterFailed()).toMatch(/^401 /);
    expect(await phone.registered()).toBe(false);
    expect(await pbx.registered('20')).toEqual([]);
  });

  test('a phone registers again over TCP after a crash of the telephone system', async () => {
    await using pbx = await startKamailio({ users: { '20': 's20' } });
    await using phone = await startBaresip({
      user: '20',
      password: 's20',
      registrar: pbx.address,
      transport: 'tcp',
      registerSeconds: 10,
    });
    await phone.waitForRegistered();
    expect((await pbx.registered('20'))[0]?.uri).toMatch(/transport=tcp/);
    await pbx.kill9();
    await expect(pbx.registered('20')).rejects.toThrow();
    await pbx.restart();
    expect(await pbx.registered('20')).toEqual([]);
    const since = pbx.records.length;
    await pbx.waitFor({ method: 'REGISTER', status: 200 }, { since, timeoutMs: 30_000 });
    expect(await pbx.registered('20')).toHaveLength(1);
  }, 45_000);
});

const transfer = needs('attended transfer at a telephone system', 'kamailio', 'linphone');

describe.skipIf(transfer.skip)(transfer.name, () => {
  test('a phone joins the two it talks to by REFER with Replaces', async () => {
    await using pbx = await startKamailio({ users: { '20': 's20', '30': 's30', '31': 's31' } });
    const base = { registrar: pbx.address, realm: pbx.realm };
    await using anna = await startLinphone({ ...base, user: '20', password: 's20' });
    const others = { ...base, autoAnswer: true };
    await using low = await startLinphone({ ...others, user: '30', password: 's30', toneHz: 440 });
    await using high = await startLinphone({ ...others, user: '31', password: 's31', toneHz: 880 });
    await Promise.all([anna, low, high].map((phone) => phone.waitForRegistered()));
    anna.dial('30');
    const first = await anna.waitForCall(/StreamsRunning/);
    await Promise.all([anna.waitToHear(440), low.waitToHear(660)]);
    anna.pause();
    await anna.waitForCall(/Paused/);
    anna.dial('31');
    const second = await anna.waitForCall(/StreamsRunning/);
    anna.transferTo(first, second);
    await anna.waitForIdle();
    await Promise.all([low.waitToHear(880), high.waitToHear(440)]);
  }, 60_000);
});

const secure = needs('a telephone system over TLS', 'kamailio', 'baresip');

describe.skipIf(secure.skip)(secure.name, () => {
  test('phones register over TLS and talk by SRTP', async () => {
    const authority = await createAuthority();
    await using pbx = await startKamailio({
      users: { '20': 's20', '30': 's30' },
      tls: await authority.issue({ ip: ['127.0.0.1'] }),
    });
    const base = {
      registrar: `127.0.0.1:${pbx.tlsPort}`,
      transport: 'tls',
      mediaEncryption: 'srtp-mand',
    } as const;
    await using low = await startBaresip({ ...base, user: '20', password: 's20', toneHz: 440 });
    await using high = await startBaresip({ ...base, user: '30', password: 's30' });
    await Promise.all([low.waitForRegistered(), high.waitForRegistered()]);
    await low.dial('30');
    await high.waitForIncoming();
    await high.accept();
    await Promise.all([low.waitToHear(1000), high.waitToHear(440)]);
    const invite = await pbx.waitFor({ method: 'INVITE' });
    expect(invite.body).toContain('RTP/SAVP');
  }, 45_000);
});
