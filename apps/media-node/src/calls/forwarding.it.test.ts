import { type LineForwarding, noForwarding } from '@trunkline/contracts/forwarding.ts';
import { describe, expect, test, vi } from 'vitest';
import { answer, browser, endOf, inviteOf, phone, stateOf, system } from '../testing/actors.ts';
import { type System, type SystemOptions, wait } from '../testing/system.ts';
import { eventLike, followSession, hears, outcome, talkFrom } from '../testing/talks.ts';
import type { TestTenantOptions } from '../testing/tenant.ts';

const outside = 'sip:00491711234567@127.0.0.1';

/** Line 20 with this forwarding. */
function handling(
  forwarding: Partial<LineForwarding>,
  rest: TestTenantOptions & { doNotDisturb?: boolean } = {},
): TestTenantOptions {
  const { doNotDisturb = false, lines, ...others } = rest;
  return {
    ...others,
    lines: {
      ...lines,
      '20': { callHandling: { doNotDisturb, forwarding: { ...noForwarding, ...forwarding } } },
    },
  };
}

/** The desk phone calls line 20, from outside. */
async function ring(options: SystemOptions, devices: { anna?: number; ben?: number } = {}) {
  const all = await system(options);
  all.peers.devices.set(all.anna.userId, devices.anna ?? 0);
  all.peers.devices.set(all.ben.userId, devices.ben ?? 0);
  const desk = await phone();
  const call = all.pbx.call('20', desk.offer(), outside);
  followSession(call, desk);
  call.on('answered', ({ bodyText }) => desk.accept(bodyText));
  return { all, desk, call, seen: outcome(call) };
}

/** The next INVITE of the node is answered; both sides hear each other. */
async function takes(all: System, index = 0) {
  const invite = await inviteOf(all, index);
  const target = await phone();
  followSession(invite, target);
  invite.ringing();
  invite.answer(target.answer(invite.body));
  return { invite, target };
}

describe('forwarding', () => {
  test('LIN-068 by a new call: caller and target talk over this node, in the caller’s name', async () => {
    const { all, desk, call, seen } = await ring({ tenant: handling({ always: '030 99887766' }) });
    const { invite, target } = await takes(all);
    expect(invite.requestUri).toMatchObject({ user: '099887766' });
    await vi.waitFor(() => expect(seen.answered).not.toBe(''), wait);
    desk.play(1000);
    target.play(440);
    await Promise.all([hears(target, 1000), hears(desk, 440)]);
    // VOX-129: who calls, and who forwarded.
    expect(invite.identity.asserted[0]?.uriText).toContain('00491711234567');
    expect(invite.identity.diversion[0]).toMatchObject({ reason: 'unconditional' });
    expect(invite.identity.historyInfo.map(({ index }) => index)).toEqual(['1', '1.1']);
    expect(Number(invite.request.headers.get('max-forwards'))).toBeLessThan(70);
    await eventLike(all, 'call.forwarded', { reason: 'always', state: 'accepted' });
    const over = vi.fn();
    invite.on('ended', over);
    await call.bye();
    await vi.waitFor(() => expect(over).toHaveBeenCalledOnce(), wait);
    expect((await endOf(all)).durationMs).toBeGreaterThan(0);
    expect(all.peers.edgeFrames.filter(({ t }) => t === 'ring')).toEqual([]);
  });

  test('the caller hears ringing: 180, and what the target plays before it answers', async () => {
    const { all, desk, call, seen } = await ring({ tenant: handling({ always: '030 99887766' }) });
    call.on('provisional', ({ bodyText }) => {
      if (bodyText !== '') desk.accept(bodyText);
    });
    const invite = await inviteOf(all);
    invite.ringing();
    await vi.waitFor(() => expect(seen.status).toContain(180), wait);
    const target = await phone();
    const answer = target.answer(invite.body);
    invite.progress(183, { body: answer });
    await vi.waitFor(() => expect(seen.status).toContain(183), wait);
    target.play(440);
    await hears(desk, 440);
    invite.answer(answer);
    await vi.waitFor(() => expect(seen.answered).not.toBe(''), wait);
    desk.play(1000);
    await hears(target, 1000);
  });

  test('early media of a target that does not take the call: the next one is heard too', async () => {
    const { all, desk, call, seen } = await ring({
      tenant: {
        ...handling({ always: '030 99887766' }),
        mailboxes: { anna: '88' },
      },
    });
    const provisional: string[] = [];
    call.on('provisional', ({ bodyText }) => {
      if (bodyText !== '') provisional.push(bodyText);
    });
    const first = await inviteOf(all);
    first.progress(183, { body: (await phone()).answer(first.body) });
    await vi.waitFor(() => expect(provisional).toHaveLength(1), wait);
    first.reject(480);
    const { target } = await takes(all, 1);
    await vi.waitFor(() => expect(seen.answered).toBe(provisional[0]), wait);
    desk.play(1000);
    target.play(440);
    await Promise.all([hears(target, 1000), hears(desk, 440)]);
  });

  test('LIN-067 by 302 where the PBX can', async () => {
    const { seen } = await ring({
      group: { forwardMethod: 'redirect_302' },
      tenant: handling({ always: '030 99887766' }),
    });
    await vi.waitFor(() => expect(seen.failed).toBe(302), wait);
    expect(seen.contact).toContain('sip:099887766@');
  });

  test('LIN-069 by answer, hold and transfer', async () => {
    const { all, call } = await ring({
      group: { forwardMethod: 'answer_transfer' },
      tenant: handling({ always: '030 99887766' }),
    });
    const steps: string[] = [];
    call.on('reinvite', ({ body }) => steps.push(body.includes('sendonly') ? 'held' : 'changed'));
    call.on('refer', (request) => {
      steps.push(request.referTo.target);
      request.accept();
      request.notify(200);
    });
    expect(await endOf(all)).toMatchObject({ cause: 'forwarded' });
    expect(steps).toEqual(['held', expect.stringContaining('sip:099887766@')]);
    await eventLike(all, 'call.forwarded', { method: 'answer_transfer', state: 'accepted' });
  });

  test('LIN-063 signed out: the user’s own before the mailbox', async () => {
    const { all } = await ring({
      group: { mailboxWhenSignedOut: true },
      tenant: handling({ signedOut: '11' }, { mailboxes: { anna: '12' } }),
    });
    expect((await inviteOf(all)).requestUri).toMatchObject({ user: '11' });
    await eventLike(all, 'call.forwarded', { reason: 'signed_out', state: 'tried' });
  });

  test('LIN-066 signed out with a mailbox: the call goes there, no 486', async () => {
    const { all, seen } = await ring({
      group: { mailboxWhenSignedOut: true },
      tenant: { mailboxes: { anna: '12' } },
    });
    const { invite } = await takes(all);
    expect(invite.requestUri).toMatchObject({ user: '12' });
    await vi.waitFor(() => expect(seen.answered).not.toBe(''), wait);
  });

  test('busy: forwarded while the user talks on the line; else it rings as second call', async () => {
    const all = await system({ tenant: handling({ busy: '11' }) });
    await talkFrom(all, all.anna);
    const desk = await phone();
    all.pbx.call('20', desk.offer(), outside);
    expect((await inviteOf(all)).requestUri).toMatchObject({ user: '11' });
    await eventLike(all, 'call.forwarded', { reason: 'busy' });
  });

  test('no answer: devices stop, the target is called; a target that is busy is told', async () => {
    const { all, seen } = await ring(
      { tenant: handling({ noAnswer: { number: '11', seconds: 5 } }) },
      { anna: 1 },
    );
    await stateOf(all, all.anna, 'ringing');
    const invite = await inviteOf(all);
    await stateOf(all, all.anna, 'ended');
    invite.reject(486);
    await vi.waitFor(() => expect(seen.failed).toBe(486), wait);
    await eventLike(all, 'call.forwarded', { reason: 'no_answer', state: 'failed', sipCode: 486 });
  });

  test('a target that does not take the call: the mailbox does', async () => {
    const { all, seen } = await ring({
      tenant: handling({ always: '11' }, { mailboxes: { anna: '12' } }),
    });
    (await inviteOf(all)).reject(486);
    const { invite } = await takes(all, 1);
    expect(invite.requestUri).toMatchObject({ user: '12' });
    await vi.waitFor(() => expect(seen.answered).not.toBe(''), wait);
    await eventLike(all, 'call.forwarded', { reason: 'mailbox', state: 'accepted' });
  });

  test('the caller gives up while the target rings: it is cancelled', async () => {
    const { all, call } = await ring({ tenant: handling({ always: '11' }) });
    const invite = await inviteOf(all);
    const cancelled = vi.fn();
    invite.on('cancelled', cancelled);
    invite.ringing();
    await vi.waitFor(() => expect(all.pbx.received('INVITE').length).toBe(1), wait);
    call.cancel();
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledOnce(), wait);
    expect(await endOf(all)).toMatchObject({ cause: 'cancelled' });
  });

  test('LIN-062 do-not-disturb: the group’s response, nobody rings', async () => {
    const { all, seen } = await ring(
      { group: { notSignedInResponse: 480 }, tenant: handling({}, { doNotDisturb: true }) },
      { anna: 1 },
    );
    await vi.waitFor(() => expect(seen.failed).toBe(480), wait);
    expect(await endOf(all)).toMatchObject({ cause: 'do_not_disturb', sipCode: 480 });
    expect(all.peers.edgeFrames.filter(({ t }) => t === 'ring')).toEqual([]);
  });

  test('VOX-131 A forwards to B, B to A: the caller hears busy, never a circle', async () => {
    const lines = {
      '21': {
        callHandling: { doNotDisturb: false, forwarding: { ...noForwarding, always: '20' } },
      },
    };
    const { all, seen } = await ring({ tenant: handling({ always: '21' }, { lines }) });
    // The PBX puts the call through to line 21 and tells nothing of where it was.
    const invite = await inviteOf(all);
    const desk = await phone();
    const second = all.pbx.call('21', desk.offer(), outside);
    second.on('failed', ({ statusCode }) => invite.reject(statusCode));
    await vi.waitFor(() => expect(seen.failed).toBe(486), wait);
    expect(all.pbx.calls).toHaveLength(1);
  });

  test('VOX-131 a call that was here before is refused with 482', async () => {
    const all = await system();
    all.peers.devices.set(all.anna.userId, 1);
    const desk = await phone();
    const call = all.pbx.endpoint.invite({
      requestUri: all.pbx.contacts.get('20') ?? '',
      to: '<sip:20@127.0.0.1>',
      from: `<${outside}>`,
      contactUser: 'pbx',
      body: desk.offer(),
      diversion: [
        { uri: 'sip:21@127.0.0.1', reason: 'unconditional' },
        { uri: 'sip:20@127.0.0.1', reason: 'unconditional' },
      ],
    });
    const seen = outcome(call);
    await vi.waitFor(() => expect(seen.failed).toBe(482), wait);
    expect(await endOf(all)).toMatchObject({ cause: 'loop' });
  });
});

describe('the user sends the ringing call elsewhere', () => {
  test('LIN-067 redirected; answering afterwards comes too late', async () => {
    const { all, seen } = await ring({}, { anna: 1 });
    const { id } = await stateOf(all, all.anna, 'ringing');
    const { peers, anna } = all;
    const redirected = peers.command(anna, 'call.redirect', { callId: id, number: '11' });
    expect(await redirected).toMatchObject({ ok: true });
    const sdp = await (await browser()).offer();
    expect((await peers.command(anna, 'call.answer', { callId: id, sdp })).code).toBe('call_gone');
    await takes(all);
    await vi.waitFor(() => expect(seen.answered).not.toBe(''), wait);
    await eventLike(all, 'call.forwarded', { reason: 'user', state: 'accepted' });
  });

  test('answer and redirect at once: exactly one of them', async () => {
    const { all } = await ring({}, { anna: 2 });
    const { id } = await stateOf(all, all.anna, 'ringing');
    const { peers, anna } = all;
    const sdp = await (await browser()).offer();
    const [taken, sent] = await Promise.all([
      peers.command(anna, 'call.answer', { callId: id, sdp }),
      peers.command(anna, 'call.redirect', { callId: id, number: '11' }),
    ]);
    expect([taken.ok, sent.ok].filter(Boolean)).toHaveLength(1);
  });
});

describe('administrative list of a line', () => {
  const list = (...numbers: string[]): TestTenantOptions => ({
    lines: { '20': { forwardList: numbers.map((number) => ({ number, seconds: 5 })) } },
  });

  test('LIN-015 a target that is one of our lines rings here', async () => {
    const options = list('21');
    const { all, seen } = await ring(
      {
        group: { notSignedInResponse: 180 },
        tenant: {
          lines: { ...options.lines, '21': { forwardList: [{ number: '15', seconds: 5 }] } },
        },
        bounds: { listFirstSeconds: 0 },
      },
      { ben: 1 },
    );
    const view = await stateOf(all, all.ben, 'ringing');
    expect(view).toMatchObject({
      lineNumber: '+49301234521',
      forwardedBy: { number: '+49301234520' },
    });
    await answer(all, all.ben, await browser(), view.id);
    await vi.waitFor(() => expect(seen.answered).not.toBe(''), wait);
    expect(all.pbx.calls).toEqual([]);
  });

  test('LIN-016 the list of the line that rang first counts, not that of a line on the way', async () => {
    const { lines } = list('21', '030 99887766');
    const { all } = await ring(
      {
        group: { notSignedInResponse: 180 },
        tenant: { lines: { ...lines, '21': { forwardList: [{ number: '15', seconds: 5 }] } } },
        bounds: { listFirstSeconds: 0 },
      },
      { ben: 1 },
    );
    await stateOf(all, all.ben, 'ringing');
    // Unanswered at 21, it goes on to the next of 20's list; 15 of 21's own never rings.
    const invite = await inviteOf(all);
    expect(invite.requestUri).toMatchObject({ user: '099887766' });
    invite.reject(480);
    await endOf(all);
    expect(all.pbx.calls).toHaveLength(1);
  });

  test('LIN-017 at a target nobody monitors the list ends', async () => {
    const { all } = await ring(
      {
        group: { notSignedInResponse: 180 },
        tenant: list('030 99887766', '21'),
        bounds: { listFirstSeconds: 0 },
      },
      { ben: 1 },
    );
    const invite = await inviteOf(all);
    expect(invite.requestUri).toMatchObject({ user: '099887766' });
    invite.reject(480);
    await endOf(all);
    expect(all.peers.viewsOf(all.ben.userId)).toEqual([]);
  });
});
