import { describe, expect, test } from 'vitest';
import { callPair, sdp } from '../testing/call-pair.ts';
import type { CallFailure } from './outgoing-call.ts';

describe('reliable provisional responses (RFC 3262)', () => {
  test('183 with the answer: repeated until its PRACK; the 200 waits for it', async () => {
    const { sim, dial, incoming, caller, callee } = await callPair();
    // The first two copies of the 183 are lost.
    let lost = 0;
    sim.network.weather = ({ bytes }) => {
      const reliable = new TextDecoder().decode(bytes).startsWith('SIP/2.0 183');
      if (!reliable || ++lost > 2) return [1];
      return [];
    };
    const call = dial();
    const early: string[] = [];
    call.on('early', (dialog) => early.push(`${dialog.status} ${dialog.sdp}`));
    await sim.run(20);
    incoming[0]?.progress(183, { body: sdp('callee'), reliable: true });
    incoming[0]?.answer(sdp('callee'));
    await sim.run(400);
    expect(incoming[0]?.state).toBe('ringing');
    await sim.run(2_000);
    expect(early).toEqual([`183 ${sdp('callee')}`]);
    expect(call.state).toBe('confirmed');
    expect(incoming[0]?.state).toBe('confirmed');
    expect(callee.log.lines.filter((line) => line === '> 183 INVITE')).toHaveLength(3);
    expect(caller.log.lines).toEqual([
      '> INVITE',
      '< 100 INVITE',
      '< 183 INVITE',
      '> PRACK',
      '< 200 PRACK',
      '< 200 INVITE',
      '> ACK',
    ]);
  });

  test('no PRACK for 64·T1: the call is refused with 504', async () => {
    const { sim, dial, incoming, callee } = await callPair();
    const call = dial();
    const failures: CallFailure[] = [];
    call.on('failed', (failure) => failures.push(failure));
    await sim.run(20);
    sim.network.weather = ({ bytes }) =>
      new TextDecoder().decode(bytes).startsWith('PRACK') ? [] : [1];
    incoming[0]?.progress(183, { body: sdp('callee'), reliable: true });
    await sim.run(33_000);
    expect(failures).toMatchObject([{ statusCode: 504 }]);
    // After T1, doubling without the bound of T2.
    expect(callee.log.count('> 183 INVITE')).toBe(7);
    await sim.run(40_000);
    expect(sim.clock.pending).toBe(0);
  });

  test('several: one under way at a time, told in order and once each', async () => {
    const { sim, dial, incoming } = await callPair();
    const call = dial();
    const seen: [status: number, rseq: number][] = [];
    call.on('provisional', ({ statusCode, headers }) =>
      seen.push([statusCode, Number(headers.get('rseq'))]),
    );
    await sim.run(20);
    for (const status of [180, 181, 182]) incoming[0]?.progress(status, { reliable: true });
    await sim.run(50);
    const first = seen[0]?.[1] ?? 0;
    expect(first).toBeGreaterThan(0);
    expect(seen).toEqual([
      [180, first],
      [181, first + 1],
      [182, first + 2],
    ]);
  });

  test('required by the caller: every provisional response is reliable', async () => {
    const { sim, dial, incoming, callee } = await callPair();
    dial({ reliableProvisional: 'required' });
    await sim.run(20);
    incoming[0]?.ringing();
    await sim.run(20);
    expect(callee.log.lines).toContain('< PRACK');
  });

  test('switched off: Require 100rel is refused with 420, Supported does not name it', async () => {
    const { sim, dial, caller } = await callPair({ callee: { reliableProvisional: 'off' } });
    const call = dial({ reliableProvisional: 'required' });
    const failures: CallFailure[] = [];
    call.on('failed', (failure) => failures.push(failure));
    await sim.run(50);
    expect(failures).toMatchObject([{ statusCode: 420 }]);
    expect(failures[0]?.response?.headers.get('unsupported')).toBe('100rel');
    expect(caller.log.count('> INVITE')).toBe(1);
  });

  test('the offer in the 183, its answer in the PRACK', async () => {
    const { sim, dial, incoming } = await callPair();
    const call = dial({ body: '', answerOffer: (offer) => offer.replace('callee', 'caller') });
    const answers: string[] = [];
    await sim.run(20);
    incoming[0]?.on('acknowledged', (answer) => answers.push(answer));
    incoming[0]?.progress(183, { body: sdp('callee'), reliable: true });
    await sim.run(50);
    expect(answers).toEqual([sdp('caller')]);
    incoming[0]?.answer('');
    await sim.run(50);
    expect(call.state).toBe('confirmed');
  });

  test('the offer in the 200, its answer in the ACK, made later', async () => {
    const { sim, dial, incoming } = await callPair();
    const call = dial({
      body: '',
      answerOffer: (offer) =>
        new Promise((resolve) => {
          sim.clock.setTimer(() => resolve(offer.replace('callee', 'caller')), 700);
        }),
    });
    const acks: string[] = [];
    await sim.run(20);
    incoming[0]?.on('confirmed', (ack) => acks.push(ack.bodyText));
    incoming[0]?.answer(sdp('callee'));
    await sim.run(600);
    expect(acks).toEqual([]);
    await sim.run(200);
    expect(acks).toEqual([sdp('caller')]);
    expect(call.state).toBe('confirmed');
  });

  test('an offer nobody can answer: ACK, BYE and failed with 488', async () => {
    const { sim, dial, incoming, caller } = await callPair();
    const call = dial({ body: '', answerOffer: () => Promise.reject(new Error('no codec')) });
    const failures: CallFailure[] = [];
    call.on('failed', (failure) => failures.push(failure));
    await sim.run(20);
    incoming[0]?.answer(sdp('callee'));
    await sim.run(50);
    expect(failures).toMatchObject([{ statusCode: 488 }]);
    expect(caller.log.lines.slice(-3)).toEqual(['> ACK', '> BYE', '< 200 BYE']);
  });

  test('UPDATE in the early dialog changes the session before the answer (RFC 3311 §5.1)', async () => {
    const { sim, dial, incoming } = await callPair();
    const call = dial();
    await sim.run(20);
    const [inc] = incoming;
    inc?.on('reinvite', (update) => update.accept(sdp('callee', 2)));
    const tooEarly = call.update({ body: sdp('caller', 2) }).catch((error) => error.status);
    inc?.progress(183, { body: sdp('callee'), reliable: true });
    await sim.run(50);
    // No dialog yet, so nothing to change.
    expect(await tooEarly).toBe(481);
    const update = call.update({ body: sdp('caller', 2) });
    await sim.run(50);
    expect((await update).bodyText).toBe(sdp('callee', 2));
    inc?.answer(sdp('callee', 2));
    await sim.run(50);
    expect(call.state).toBe('confirmed');
  });

  test('PRACK crossing CANCEL, and PRACK for nothing', async () => {
    const { sim, dial, incoming, callee } = await callPair();
    const call = dial();
    await sim.run(20);
    incoming[0]?.progress(183, { body: sdp('callee'), reliable: true });
    call.on('provisional', () => call.cancel());
    await sim.run(50);
    expect(call.state).toBe('terminated');
    // The PRACK was sent before the CANCEL and is answered; 487 ends the INVITE.
    expect(callee.log.lines.filter((line) => line.startsWith('>'))).toEqual(
      expect.arrayContaining(['> 200 PRACK', '> 200 CANCEL', '> 487 INVITE']),
    );
    await sim.run(64_000);
    expect(sim.clock.pending).toBe(0);
  });
});
