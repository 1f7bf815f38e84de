import { describe, expect, test } from 'vitest';
import { callPair, sdp } from '../testing/call-pair.ts';
import type { IncomingReinvite } from './incoming-requests.ts';
import { SessionRequestError } from './session-request-error.ts';

const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: SessionRequestError) => error.status,
  );

/** Answers every offer at once with a version that says which it was. */
const willing = (name: string) => {
  const seen: IncomingReinvite[] = [];
  return {
    seen,
    take: (reinvite: IncomingReinvite) => {
      seen.push(reinvite);
      reinvite.accept(sdp(name, 10 + seen.length));
    },
  };
};

describe('re-INVITE (RFC 3261 §14)', () => {
  test('the offer reaches the other side, its answer comes back, the ACK goes by itself', async () => {
    const { sim, connect, caller } = await callPair();
    const { out, inc } = await connect();
    const callee = willing('callee');
    inc.on('reinvite', callee.take);
    const answer = out.reinvite({ body: sdp('caller', 2), headers: [['X-Hold', 'yes']] });
    await sim.run(50);
    expect((await answer).bodyText).toBe(sdp('callee', 11));
    expect(callee.seen[0]?.body).toBe(sdp('caller', 2));
    expect(callee.seen[0]?.method).toBe('INVITE');
    expect(callee.seen[0]?.request.headers.get('x-hold')).toBe('yes');
    expect(caller.log.lines.slice(-4)).toEqual([
      '> INVITE',
      '< 100 INVITE',
      '< 200 INVITE',
      '> ACK',
    ]);
  });

  test('from the called side too, with the Contact of the sender as new target', async () => {
    const { sim, connect } = await callPair();
    const { out, inc } = await connect();
    const caller = willing('caller');
    out.on('reinvite', caller.take);
    const answer = inc.reinvite({ body: sdp('callee', 2) });
    await sim.run(50);
    expect((await answer).bodyText).toBe(sdp('caller', 11));
  });

  test('several at once go one after the other; the ninth is refused', async () => {
    const { sim, connect, caller } = await callPair();
    const { out, inc } = await connect();
    const callee = willing('callee');
    inc.on('reinvite', callee.take);
    const all = Array.from({ length: 9 }, (_, i) =>
      refused(out.reinvite({ body: sdp('caller', 2 + i) })),
    );
    await sim.run(200);
    expect(await Promise.all(all)).toEqual([...Array.from({ length: 8 }, () => 'accepted'), 500]);
    expect(callee.seen.map(({ body }) => body)).toEqual(
      Array.from({ length: 8 }, (_, i) => sdp('caller', 2 + i)),
    );
    expect(caller.log.lines.filter((line) => line === '> INVITE')).toHaveLength(9);
  });

  test('refused: the call goes on, status and reason are told', async () => {
    const { sim, connect } = await callPair();
    const { out, inc } = await connect();
    inc.on('reinvite', (reinvite) => reinvite.reject(488));
    const attempt = out.reinvite({ body: sdp('caller', 2) });
    const told = attempt.catch((error: unknown) => error);
    await sim.run(50);
    expect(await told).toBeInstanceOf(SessionRequestError);
    expect(await told).toMatchObject({ status: 488, reason: 'Not Acceptable Here' });
    expect(out.state).toBe('confirmed');
  });

  test('481: the other side knows the call no more, so it ends', async () => {
    const { sim, connect, callee } = await callPair();
    const { out, inc } = await connect();
    const ends: string[] = [];
    out.on('ended', ({ by }) => ends.push(by));
    inc.drop();
    const told = refused(out.reinvite({ body: sdp('caller', 2) }));
    await sim.run(50);
    expect(await told).toBe(481);
    expect(ends).toEqual(['timeout']);
    expect(callee.log.lines).toContain('< BYE');
  });

  test('no answer at all: 408, and the call ends', async () => {
    const { sim, connect, callee } = await callPair();
    const { out } = await connect();
    const ends: string[] = [];
    out.on('ended', ({ by }) => ends.push(by));
    await callee.endpoint.close();
    const told = refused(out.reinvite({ body: sdp('caller', 2) }));
    await sim.run(33_000);
    expect(await told).toBe(408);
    expect(ends).toEqual(['timeout']);
  });

  test('nobody decides: the other side refuses it after timer C, and the call goes on', async () => {
    const { sim, connect, caller } = await callPair();
    const { out, inc } = await connect();
    inc.on('reinvite', () => {});
    const told = refused(out.reinvite({ body: sdp('caller', 2) }));
    await sim.run(181_000);
    expect(await told).toBe(500);
    expect(caller.log.lines).not.toContain('> BYE');
  });

  test('without an offer the answer to theirs goes into the ACK', async () => {
    const { sim, connect } = await callPair();
    const { out, inc } = await connect();
    const acks: string[] = [];
    inc.on('reinvite', (reinvite) => {
      expect(reinvite.body).toBe('');
      reinvite.onAck((ack) => acks.push(ack.bodyText));
      reinvite.accept(sdp('callee', 5));
    });
    const offers: string[] = [];
    const done = out.reinvite({
      answerOffer: (offer) => {
        offers.push(offer);
        return sdp('caller', 5);
      },
    });
    await sim.run(50);
    await done;
    expect(offers).toEqual([sdp('callee', 5)]);
    expect(acks).toEqual([sdp('caller', 5)]);
    // Both machines are stable again: another change goes through.
    inc.on('reinvite', () => {});
    const next = refused(inc.reinvite({ body: sdp('callee', 6) }));
    await sim.run(50);
    expect(await next).toBe(488);
  });

  test('an ended call refuses changes, and those that waited are told', async () => {
    const { sim, connect } = await callPair();
    const { out, inc } = await connect();
    inc.on('reinvite', () => {});
    const told = [refused(out.reinvite({ body: 'v=0' })), refused(out.update())];
    await sim.run(20);
    void inc.bye();
    await sim.run(50);
    expect(await Promise.all(told)).toEqual([487, 487]);
    expect(await refused(out.reinvite({ body: 'v=0' }))).toBe(481);
    expect(await refused(out.info({ contentType: 'text/plain', body: 'x' }))).toBe(481);
  });
});

describe('UPDATE (RFC 3311)', () => {
  test('with an offer it is answered by the call; without one by the stack', async () => {
    const { sim, connect } = await callPair();
    const { out, inc } = await connect();
    const callee = willing('callee');
    inc.on('reinvite', callee.take);
    const plain = out.update();
    const offering = out.update({ body: sdp('caller', 3) });
    await sim.run(50);
    expect((await plain).bodyText).toBe('');
    expect((await offering).bodyText).toBe(sdp('callee', 11));
    expect(callee.seen.map(({ method }) => method)).toEqual(['UPDATE']);
    expect(out.peerAllows('update')).toBe(true);
    expect(out.peerAllows('PUBLISH')).toBe(false);
  });

  test('an offer nobody decides about is refused after 20·T1', async () => {
    const { sim, connect } = await callPair();
    const { out, inc } = await connect();
    inc.on('reinvite', () => {});
    const told = refused(out.update({ body: sdp('caller', 3) }));
    await sim.run(11_000);
    expect(await told).toBe(500);
  });
});

describe('INFO (RFC 6086) and OPTIONS inside a call', () => {
  test('both ways, with content type and body', async () => {
    const { sim, connect } = await callPair();
    const { out, inc } = await connect();
    const seen: string[] = [];
    out.on('info', ({ contentType, body }) => seen.push(`out ${contentType} ${body}`));
    inc.on('info', ({ contentType, body }) => seen.push(`inc ${contentType} ${body}`));
    const results = [
      out.info({ contentType: 'application/dtmf-relay', body: 'Signal=5' }),
      inc.info({ contentType: 'application/dtmf', body: '7' }),
      out.sendOptions(),
    ];
    await sim.run(50);
    expect((await Promise.all(results)).map(({ statusCode }) => statusCode)).toEqual([
      200, 200, 200,
    ]);
    expect(seen).toEqual(['inc application/dtmf-relay Signal=5', 'out application/dtmf 7']);
  });

  test('a package nobody announced: 469', async () => {
    const { sim, connect } = await callPair();
    const { out } = await connect();
    const told = refused(
      out.info({ contentType: 'x/y', body: '1', headers: [['Info-Package', 'x']] }),
    );
    await sim.run(50);
    expect(await told).toBe(469);
  });
});
