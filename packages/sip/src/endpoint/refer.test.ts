import { describe, expect, test } from 'vitest';
import { callPair, sdp } from '../testing/call-pair.ts';
import type { IncomingRefer } from './incoming-refer.ts';
import type { Referral } from './referral.ts';

/** What a transfer tells: whether it was accepted, then its events in their order. */
function follow(referral: Referral): string[] {
  const told = [''];
  referral.accepted.then(
    ({ statusCode }) => {
      told[0] = `accepted ${statusCode}`;
    },
    ({ status }) => {
      told[0] = `refused ${status}`;
    },
  );
  referral.on('progress', ({ status }) => told.push(`progress ${status}`));
  referral.on('done', ({ status, reason }) => told.push(`done ${status} ${reason}`));
  return told;
}

async function transfer(take: (refer: IncomingRefer) => void) {
  const pair = await callPair();
  const call = await pair.connect();
  call.inc.on('refer', take);
  return { ...pair, ...call };
}

describe('REFER (RFC 3515)', () => {
  test('blind transfer: 202, progress by NOTIFY, the end of the subscription', async () => {
    const { sim, out, caller } = await transfer((refer) => {
      expect(refer.referTo).toMatchObject({ target: 'sip:30@x.example', method: 'INVITE' });
      expect(refer.referredBy?.uriText).toBe('sip:10@x.example');
      expect(refer.replaces).toBeUndefined();
      refer.accept();
      refer.notify(180);
      refer.notify(200);
      refer.notify(486);
    });
    const told = follow(out.refer({ referTo: 'sip:30@x.example', referredBy: 'sip:10@x.example' }));
    await sim.run(50);
    expect(told).toEqual(['accepted 202', 'progress 100', 'progress 180', 'done 200 OK']);
    expect(caller.log.count('< NOTIFY')).toBe(3);
    expect(out.state).toBe('confirmed');
    const notify = caller.log.events.findLast(
      ({ message }) => message?.kind === 'request' && message.method === 'NOTIFY',
    );
    expect(notify?.message?.headers.get('subscription-state')).toBe('terminated;reason=noresource');
    expect(notify?.message?.headers.get('content-type')).toBe('message/sipfrag;version=2.0');
  });

  test('attended: Replaces travels escaped in Refer-To, tags as the target sees them', async () => {
    const seen: IncomingRefer[] = [];
    const { sim, out } = await transfer((refer) => {
      seen.push(refer);
      refer.accept();
    });
    out.refer({
      referTo: '<sip:30@x.example;transport=tcp>',
      replaces: { callId: 'a@b', toTag: 't1', fromTag: 'f1' },
    });
    await sim.run(50);
    expect(seen[0]?.replaces).toEqual({
      callId: 'a@b',
      toTag: 't1',
      fromTag: 'f1',
      earlyOnly: false,
    });
    expect(seen[0]?.referTo.target).toBe('sip:30@x.example;transport=tcp');
  });

  test('declined, and declined for lack of anybody who listens', async () => {
    const { sim, out, inc } = await transfer((refer) => refer.reject(403));
    const told = follow(out.refer({ referTo: 'sip:30@x.example' }));
    const other = follow(inc.refer({ referTo: 'sip:30@x.example' }));
    await sim.run(50);
    expect(told).toEqual(['refused 403', 'done 403 Forbidden']);
    expect(other).toEqual(['refused 603', 'done 603 Decline']);
  });

  test('undecided for 20·T1: declined', async () => {
    const { sim, out } = await transfer(() => {});
    const told = follow(out.refer({ referTo: 'sip:30@x.example' }));
    await sim.run(11_000);
    expect(told).toEqual(['refused 603', 'done 603 Decline']);
  });

  test('norefersub (RFC 4488): nothing is told after the 202', async () => {
    const { sim, out, caller } = await transfer((refer) => {
      expect(refer.wantsProgress).toBe(false);
      refer.accept();
      refer.notify(200);
    });
    const told = follow(out.refer({ referTo: 'sip:30@x.example', noSubscription: true }));
    await sim.run(50);
    expect(told).toEqual(['accepted 202', 'done 202 Accepted']);
    expect(caller.log.count('< NOTIFY')).toBe(0);
  });

  test('the transferor hangs up at once: the outcome is told all the same, then the dialog is gone', async () => {
    let taken: IncomingRefer | undefined;
    const { sim, out, caller, callee } = await transfer((refer) => {
      taken = refer;
      refer.accept();
    });
    const told = follow(out.refer({ referTo: 'sip:30@x.example' }));
    await sim.run(20);
    void out.bye();
    await sim.run(1_000);
    taken?.notify(180);
    taken?.notify(486, 'Busy Here');
    await sim.run(50);
    expect(told).toEqual(['accepted 202', 'progress 100', 'progress 180', 'done 486 Busy Here']);
    await sim.run(64_000);
    expect(sim.clock.pending).toBe(0);
    expect(caller.endpoint.transactionCount + callee.endpoint.transactionCount).toBe(0);
  });

  test('REFER with failure: the far call is given up, the first call goes on (RFC 5589 §7)', async () => {
    const { sim, out, inc } = await transfer((refer) => {
      refer.accept();
      sim.clock.setTimer(() => refer.notify(603), 500);
    });
    const held = () => out.reinvite({ body: sdp('caller', 2) });
    inc.on('reinvite', (reinvite) => reinvite.accept(sdp('callee', 2)));
    const hold = held();
    const told = follow(out.refer({ referTo: 'sip:30@x.example' }));
    await sim.run(2_000);
    await hold;
    expect(told).toEqual(['accepted 202', 'progress 100', 'done 603 Decline']);
    const resumed = held();
    await sim.run(50);
    expect((await resumed).statusCode).toBe(200);
    expect(out.state).toBe('confirmed');
  });

  test('nobody tells how it went: 408 when the subscription runs out, at both ends', async () => {
    const { sim, out } = await transfer((refer) => refer.accept());
    const told = follow(out.refer({ referTo: 'sip:30@x.example' }));
    await sim.run(300_000);
    expect(told.slice(0, 2)).toEqual(['accepted 202', 'progress 100']);
    expect(told[2]).toMatch(/^done 408/);
    expect(told).toHaveLength(3);
    void out.bye();
    await sim.run(64_000);
    expect(sim.clock.pending).toBe(0);
  });

  test('a broken Refer-To is refused 400; nine transfers at a time are one too many', async () => {
    const { sim, out, caller } = await transfer((refer) => refer.accept());
    const broken = follow(out.refer({ referTo: 'nonsense' }));
    const all = Array.from({ length: 9 }, () => follow(out.refer({ referTo: 'sip:1@x.example' })));
    await sim.run(50);
    expect(all.filter(([first]) => first === 'accepted 202')).toHaveLength(8);
    expect(all[8]).toEqual(['refused 500', 'done 500 Too many transfers']);
    expect(broken[0]).toBe('refused 400');
    expect(caller.log.count('> REFER')).toBe(8);
  });

  test('the transferor drops its subscription by SUBSCRIBE with Expires 0', async () => {
    let taken: IncomingRefer | undefined;
    const { sim, out } = await transfer((refer) => {
      taken = refer;
      refer.accept();
    });
    const referral = out.refer({ referTo: 'sip:30@x.example' });
    const told = follow(referral);
    await sim.run(50);
    const usage = (out as unknown as { usage: { send(m: string, o: object): Promise<unknown> } })
      .usage;
    void usage.send('SUBSCRIBE', {
      headers: [
        ['Event', `refer;id=${taken?.id}`],
        ['Expires', '0'],
      ],
    });
    await sim.run(50);
    expect(told.at(-1)).toMatch(/^done 408/);
    expect(taken?.alive).toBe(false);
  });
});

describe('INVITE with Replaces (RFC 3891)', () => {
  test('attended transfer through three parties: the replaced call is found and ended', async () => {
    const { sim, caller, callee, connect } = await callPair();
    const third = await sim.endpoint('10.0.0.3');
    const { out: first, inc: transferee } = await connect();
    // The caller asks a third party, then joins the two.
    third.endpoint.onInvite((call) => {
      const { replaces } = call;
      if (replaces === undefined) return call.answer(sdp('third'));
      const replaced = third.endpoint.findReplaced(replaces);
      expect(replaced).toBeDefined();
      call.answer(sdp('third', 2));
      void replaced?.bye();
    });
    const second = caller.endpoint.invite({
      requestUri: 'sip:30@10.0.0.3',
      to: 'sip:30@x.example',
      from: 'sip:10@x.example',
      contactUser: '10',
      body: sdp('caller'),
    });
    await sim.run(50);
    expect(second.state).toBe('confirmed');
    transferee.on('refer', (refer) => {
      refer.accept();
      const { replaces } = refer;
      const joined = callee.endpoint.invite({
        requestUri: refer.referTo.target,
        to: refer.referTo.target,
        from: 'sip:20@x.example',
        contactUser: '20',
        body: sdp('callee'),
        ...(replaces === undefined ? {} : { replaces }),
        ...(refer.referredBy === undefined ? {} : { referredBy: refer.referredBy.uriText }),
      });
      joined.on('answered', () => refer.notify(200));
    });
    const ended: string[] = [];
    second.on('ended', ({ by }) => ended.push(by));
    const { replacesForPeer: replaces } = second;
    const told = follow(
      first.refer({
        referTo: 'sip:30@10.0.0.3',
        referredBy: 'sip:10@x.example',
        ...(replaces === undefined ? {} : { replaces }),
      }),
    );
    await sim.run(100);
    expect(told).toEqual(['accepted 202', 'progress 100', 'done 200 OK']);
    expect(ended).toEqual(['remote']);
    const invite = third.log.events.findLast(
      ({ message }) => message?.kind === 'request' && message.method === 'INVITE',
    )?.message;
    expect(invite?.headers.get('referred-by')).toBe('<sip:10@x.example>');
  });

  test('what it must be refused with', async () => {
    const { sim, callee, caller, connect, dial, incoming } = await callPair();
    const { inc, out } = await connect();
    const of = (dialog: { callId: string; localTag: string; remoteTag: string } | undefined) => ({
      callId: dialog?.callId ?? '',
      toTag: dialog?.localTag ?? '',
      fromTag: dialog?.remoteTag ?? '',
      earlyOnly: false,
    });
    const found = of(inc.dialog);
    expect(callee.endpoint.findReplaced(found)).toBe(inc);
    expect(caller.endpoint.findReplaced(of(out.dialog))).toBe(out);
    expect(callee.endpoint.inspectReplaces({ ...found, earlyOnly: true })).toEqual({ status: 486 });
    expect(callee.endpoint.inspectReplaces({ ...found, toTag: 'x' })).toEqual({ status: 481 });
    const second = dial();
    await sim.run(20);
    incoming[1]?.ringing();
    await sim.run(20);
    // An early dialog may be replaced at its caller only.
    expect(caller.endpoint.findReplaced(of(second.dialog))).toBe(second);
    expect(callee.endpoint.inspectReplaces(of(incoming[1]?.dialog))).toEqual({ status: 481 });
    void out.bye();
    await sim.run(50);
    expect(callee.endpoint.inspectReplaces(found)).toEqual({ status: 603 });
    await sim.run(33_000);
    expect(callee.endpoint.inspectReplaces(found)).toEqual({ status: 481 });
  });
});
