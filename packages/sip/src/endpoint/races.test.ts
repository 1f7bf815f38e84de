import { describe, expect, test } from 'vitest';
import { callPair, sdp } from '../testing/call-pair.ts';
import { AT_REST, machinesOf } from '../testing/machines.ts';
import type { Datagram } from '../testing/memory-network.ts';
import type { SessionRequestError } from './session-request-error.ts';

const result = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: SessionRequestError) => error.status,
  );
const startsWith = (datagram: Datagram, text: string) =>
  new TextDecoder().decode(datagram.bytes.subarray(0, 40)).startsWith(text);

/** An answered call whose sides take every offer, and what ended it. */
async function standing() {
  const pair = await callPair();
  const call = await pair.connect();
  const ends: string[] = [];
  call.out.on('ended', ({ by }) => ends.push(`caller ${by}`));
  call.inc.on('ended', ({ by }) => ends.push(`callee ${by}`));
  call.out.on('reinvite', (reinvite) => reinvite.accept(sdp('caller', 90)));
  call.inc.on('reinvite', (reinvite) => reinvite.accept(sdp('callee', 90)));
  /** Everything is over and nothing is left. */
  const nothingLeft = async () => {
    await pair.sim.run(100_000);
    expect(pair.sim.clock.pending).toBe(0);
    expect(pair.caller.endpoint.callCount + pair.callee.endpoint.callCount).toBe(0);
    expect(pair.caller.endpoint.transactionCount + pair.callee.endpoint.transactionCount).toBe(0);
  };
  return { ...pair, ...call, ends, nothingLeft };
}

describe('races (RFC 5407, RFC 3261 §14)', () => {
  test('re-INVITE glare: 491 both ways, then one after the other', async () => {
    const { sim, out, inc, caller, ends } = await standing();
    const results = [
      result(out.reinvite({ body: sdp('caller', 2) })),
      result(inc.reinvite({ body: sdp('callee', 2) })),
    ];
    await sim.run(20);
    expect(caller.log.count('< 491 INVITE')).toBe(1);
    expect(caller.log.count('> 491 INVITE')).toBe(1);
    // The called side waits 0 … 2 s, the side that made the Call-ID 2.1 … 4 s.
    await sim.run(1_500);
    expect(caller.log.count('< INVITE')).toBe(2);
    expect(caller.log.count('> INVITE')).toBe(2);
    await sim.run(3_000);
    expect(caller.log.count('> INVITE')).toBe(3);
    expect(await Promise.all(results)).toEqual(['accepted', 'accepted']);
    expect([machinesOf(out), machinesOf(inc), ends]).toEqual([AT_REST, AT_REST, []]);
  });

  test('UPDATE glare: the same', async () => {
    const { sim, out, inc, caller } = await standing();
    const results = [
      result(out.update({ body: sdp('caller', 2) })),
      result(inc.update({ body: sdp('callee', 2) })),
    ];
    await sim.run(20);
    expect(caller.log.count('< 491 UPDATE') + caller.log.count('> 491 UPDATE')).toBe(2);
    await sim.run(5_000);
    expect(await Promise.all(results)).toEqual(['accepted', 'accepted']);
    expect([machinesOf(out), machinesOf(inc)]).toEqual([AT_REST, AT_REST]);
  });

  test('UPDATE meets a re-INVITE', async () => {
    const { sim, out, inc } = await standing();
    const results = [
      result(out.reinvite({ body: sdp('caller', 2) })),
      result(inc.update({ body: sdp('callee', 2) })),
    ];
    await sim.run(6_000);
    expect(await Promise.all(results)).toEqual(['accepted', 'accepted']);
    expect([machinesOf(out), machinesOf(inc)]).toEqual([AT_REST, AT_REST]);
  });

  test('glare that never ends is given up after five tries', async () => {
    const { sim, connect, caller } = await callPair();
    const { out, inc } = await connect();
    inc.on('reinvite', (reinvite) => reinvite.reject(491));
    const told = result(out.reinvite({ body: sdp('caller', 2) }));
    await sim.run(30_000);
    expect(await told).toBe(491);
    expect(caller.log.count('> INVITE')).toBe(1 + 5);
    expect(caller.log.count('> BYE')).toBe(0);
    expect(machinesOf(out)).toEqual(AT_REST);
  });

  test('BYE meets BYE: both answered, each end told once', async () => {
    const { sim, out, inc, caller, callee, ends, nothingLeft } = await standing();
    void out.bye();
    void inc.bye();
    await sim.run(20);
    expect(ends).toEqual(['caller local', 'callee local']);
    expect(caller.log.count('< 200 BYE') + callee.log.count('< 200 BYE')).toBe(2);
    await nothingLeft();
  });

  test('BYE meets re-INVITE: the re-INVITE fails, the call is over, nothing hangs', async () => {
    const { sim, out, inc, ends, nothingLeft } = await standing();
    const told = result(inc.reinvite({ body: sdp('callee', 2) }));
    void out.bye();
    await sim.run(20);
    expect(await told).toBe(487);
    expect(ends.sort()).toEqual(['callee remote', 'caller local']);
    await nothingLeft();
  });

  test('BYE while the other side still decides about a re-INVITE', async () => {
    const { sim, connect } = await callPair();
    const { out, inc } = await connect();
    inc.on('reinvite', () => {});
    const told = result(out.reinvite({ body: sdp('caller', 2) }));
    await sim.run(20);
    void inc.bye();
    await sim.run(20);
    expect(await told).toBe(487);
    expect(out.state).toBe('terminated');
    await sim.run(100_000);
    expect(sim.clock.pending).toBe(0);
  });

  test('CANCEL meets 200: ACK and BYE, failed once', async () => {
    const { sim, dial, incoming, caller } = await callPair();
    const call = dial();
    const told: string[] = [];
    call.on('failed', ({ cause }) => told.push(cause));
    call.on('answered', () => told.push('answered'));
    await sim.run(20);
    incoming[0]?.answer(sdp('callee'));
    call.cancel({ reason: { cause: 200, text: 'Call completed elsewhere' } });
    await sim.run(20);
    expect(told).toEqual(['cancelled']);
    expect(caller.log.lines.slice(-5).sort()).toEqual([
      '< 200 BYE',
      '< 200 CANCEL',
      '< 200 INVITE',
      '> ACK',
      '> BYE',
    ]);
    await sim.run(100_000);
    expect(sim.clock.pending).toBe(0);
  });

  test('the ACK to the first 200 is lost: repeated 200, repeated ACK', async () => {
    const { sim, dial, incoming, callee } = await callPair();
    const call = dial();
    await sim.run(20);
    let lost = 0;
    sim.network.weather = (datagram) => (startsWith(datagram, 'ACK') && lost++ < 3 ? [] : [1]);
    incoming[0]?.answer(sdp('callee'));
    await sim.run(10_000);
    expect(callee.log.count('> 200 INVITE')).toBe(4);
    expect(incoming[0]?.state).toBe('confirmed');
    expect(call.state).toBe('confirmed');
  });

  test('the ACK to a re-INVITE is lost: the same, and a change of the other side waits for it', async () => {
    const { sim, out, inc, callee, ends } = await standing();
    let lost = 0;
    sim.network.weather = (datagram) => (startsWith(datagram, 'ACK') && lost++ < 2 ? [] : [1]);
    const first = result(out.reinvite({ body: sdp('caller', 2) }));
    await sim.run(20);
    const second = result(inc.reinvite({ body: sdp('callee', 2) }));
    await sim.run(100);
    expect(callee.log.count('> INVITE')).toBe(0);
    await sim.run(5_000);
    expect(await Promise.all([first, second])).toEqual(['accepted', 'accepted']);
    expect([machinesOf(out), machinesOf(inc), ends]).toEqual([AT_REST, AT_REST, []]);
  });

  test('a re-INVITE overtakes the ACK to the first 200: 491, then it goes through', async () => {
    const { sim, dial, incoming, callee } = await callPair();
    const call = dial();
    await sim.run(20);
    let held = 0;
    sim.network.weather = (datagram) => (startsWith(datagram, 'ACK') && held++ < 1 ? [200] : [1]);
    const [inc] = incoming;
    inc?.on('reinvite', (reinvite) => reinvite.accept(sdp('callee', 3)));
    let told: Promise<unknown> | undefined;
    call.on('answered', () => {
      told = result(call.reinvite({ body: sdp('caller', 2) }));
    });
    inc?.answer(sdp('callee'));
    await sim.run(50);
    expect(callee.log.count('> 491 INVITE')).toBe(1);
    await sim.run(5_000);
    expect(await told).toBe('accepted');
    expect(inc?.state).toBe('confirmed');
  });

  test('nobody acknowledges the 200 to a re-INVITE: the call ends (§14.2)', async () => {
    const { sim, out, inc, ends } = await standing();
    sim.network.weather = (datagram) => (startsWith(datagram, 'ACK') ? [] : [1]);
    void out.reinvite({ body: sdp('caller', 2) });
    await sim.run(40_000);
    expect(ends.sort()).toEqual(['callee timeout', 'caller remote']);
    expect([out.state, inc.state]).toEqual(['terminated', 'terminated']);
  });

  test('REFER with hold: the transfer is asked for while the hold is under way', async () => {
    const { sim, out, inc, ends } = await standing();
    const told: string[] = [];
    inc.on('refer', (refer) => {
      refer.accept();
      // The transferee holds too, at the same time: glare with the transferor's resume.
      void result(inc.reinvite({ body: sdp('callee', 3) })).then((r) => told.push(`callee ${r}`));
      sim.clock.setTimer(() => refer.notify(486), 50);
    });
    const hold = result(out.reinvite({ body: sdp('caller', 2) }));
    const referral = out.refer({ referTo: 'sip:30@x.example' });
    referral.on('done', ({ status }) => {
      told.push(`done ${status}`);
      void result(out.reinvite({ body: sdp('caller', 3) })).then((r) => told.push(`caller ${r}`));
    });
    await sim.run(10_000);
    expect(await hold).toBe('accepted');
    expect(told.sort()).toEqual(['callee accepted', 'caller accepted', 'done 486']);
    expect([machinesOf(out), machinesOf(inc), ends]).toEqual([AT_REST, AT_REST, []]);
  });

  test('REFER with CANCEL: the transferee gives the new call up, the transferor hears 487', async () => {
    const { sim, out, inc, callee } = await standing();
    const third = await sim.endpoint('10.0.0.3');
    third.endpoint.onInvite((call) => call.ringing());
    inc.on('refer', (refer) => {
      refer.accept();
      const target = refer.referTo.target;
      const joined = callee.endpoint.invite({
        requestUri: target,
        to: target,
        from: 'sip:20@x.example',
        contactUser: '20',
        body: sdp('callee'),
      });
      joined.on('provisional', ({ statusCode }) => refer.notify(statusCode));
      joined.on('failed', ({ statusCode }) => refer.notify(statusCode));
      sim.clock.setTimer(() => joined.cancel(), 500);
    });
    const told: number[] = [];
    const referral = out.refer({ referTo: 'sip:30@10.0.0.3' });
    referral.on('progress', ({ status }) => told.push(status));
    referral.on('done', ({ status }) => told.push(status));
    await sim.run(1_000);
    expect(told).toEqual([100, 180, 487]);
    expect([machinesOf(out), machinesOf(inc)]).toEqual([AT_REST, AT_REST]);
  });

  test('PRACK crosses the 200: the 200 wins nothing before the PRACK is in', async () => {
    const { sim, dial, incoming, callee } = await callPair();
    const call = dial();
    await sim.run(20);
    let held = 0;
    sim.network.weather = (datagram) => (startsWith(datagram, 'PRACK') && held++ < 2 ? [900] : [1]);
    const [inc] = incoming;
    inc?.progress(183, { body: sdp('callee'), reliable: true });
    inc?.answer(sdp('callee'));
    await sim.run(850);
    expect(callee.log.count('> 200 INVITE')).toBe(0);
    await sim.run(1_000);
    expect(callee.log.lines.indexOf('> 200 PRACK')).toBeLessThan(
      callee.log.lines.indexOf('> 200 INVITE'),
    );
    expect([call.state, inc?.state]).toEqual(['confirmed', 'confirmed']);
    expect(machinesOf(call)).toEqual(AT_REST);
  });

  test('a reliable response without SDP does not hold the 200 back; its late PRACK is answered', async () => {
    const { sim, dial, incoming, caller } = await callPair();
    const call = dial();
    await sim.run(20);
    sim.network.weather = (datagram) => (startsWith(datagram, 'PRACK') ? [300] : [1]);
    incoming[0]?.progress(180, { reliable: true });
    incoming[0]?.answer(sdp('callee'));
    await sim.run(400);
    expect(call.state).toBe('confirmed');
    expect(caller.log.count('< 200 PRACK')).toBe(1);
  });
});
