import { describe, expect, test } from 'vitest';
import { callPair } from '../testing/call-pair.ts';
import type { IncomingMessage } from './incoming-message.ts';
import type { IncomingSubscription, SubscriptionBounds } from './incoming-subscription.ts';
import type { SubscribeOptions } from './subscription.ts';

async function watched(
  take: (subscription: IncomingSubscription) => void,
  bounds: SubscriptionBounds = {},
) {
  const pair = await callPair();
  const taken: IncomingSubscription[] = [];
  const served: string[] = [];
  pair.callee.endpoint.onSubscribe((subscription) => {
    taken.push(subscription);
    subscription.on('ended', (reason) => served.push(`ended ${reason}`));
    subscription.on('refreshed', (expires) => served.push(`refreshed ${expires}`));
    take(subscription);
  }, bounds);
  const subscribe = (options: Partial<SubscribeOptions> = {}) => {
    const told: string[] = [];
    const subscription = pair.caller.endpoint.subscribe({
      requestUri: 'sip:20@10.0.0.2',
      to: 'sip:20@x.example',
      from: 'sip:10@x.example',
      contactUser: '10',
      event: 'dialog',
      expires: 600,
      accept: ['application/dialog-info+xml'],
      ...options,
    });
    subscription.on('notify', ({ state, body }) => told.push(`${state.state} ${body}`));
    subscription.on('ended', (end) => told.push(JSON.stringify(end)));
    return { subscription, told };
  };
  const nothingLeft = async () => {
    await pair.sim.run(70_000);
    expect(pair.sim.clock.pending).toBe(0);
    expect(pair.caller.endpoint.transactionCount + pair.callee.endpoint.transactionCount).toBe(0);
  };
  return { ...pair, subscribe, taken, served, nothingLeft };
}

const xml = (body: string) => ({ body, contentType: 'application/dialog-info+xml' });

describe('SUBSCRIBE and NOTIFY (RFC 6665)', () => {
  test('state at once and at every change; refreshed before it expires; left', async () => {
    const { sim, subscribe, taken, served, caller, nothingLeft } = await watched((subscription) => {
      expect(subscription.event.type).toBe('dialog');
      expect(subscription.request.headers.get('accept')).toBe('application/dialog-info+xml');
      subscription.accept(xml('first'));
    });
    const { subscription, told } = subscribe();
    await sim.run(50);
    expect(subscription.state).toBe('active');
    taken[0]?.notify(xml('second'));
    await sim.run(50);
    expect(told).toEqual(['active first', 'active second']);
    await sim.run(600_000);
    expect(served).toEqual(['refreshed 600']);
    expect(told).toEqual(['active first', 'active second', 'active second']);
    subscription.unsubscribe();
    await sim.run(50);
    expect(told.at(-1)).toBe('{"reason":"unsubscribed","retry":"never"}');
    expect(served).toEqual(['refreshed 600', 'ended unsubscribed']);
    expect(caller.log.count('> SUBSCRIBE')).toBe(3);
    await nothingLeft();
  });

  test('the NOTIFY comes before the 200', async () => {
    const { sim, subscribe } = await watched((subscription) => subscription.accept(xml('x')));
    sim.network.weather = ({ bytes }) =>
      /^SIP\/2\.0 200[\s\S]*SUBSCRIBE/.test(new TextDecoder().decode(bytes)) ? [300] : [1];
    const { subscription, told } = subscribe();
    await sim.run(100);
    expect(told).toEqual(['active x']);
    await sim.run(1_000);
    expect(subscription.state).toBe('active');
  });

  test('pending until somebody allows it', async () => {
    const { sim, subscribe, taken } = await watched((s) => s.accept({ state: 'pending' }));
    const { subscription, told } = subscribe();
    await sim.run(50);
    expect(subscription.state).toBe('pending');
    taken[0]?.notify(xml('now'));
    await sim.run(50);
    expect(told).toEqual(['pending ', 'active now']);
  });

  test.each([
    ['deactivated', undefined, 'now'],
    ['probation', 30, 'later'],
    ['rejected', undefined, 'never'],
    ['timeout', undefined, 'now'],
    ['giveup', 9, 'later'],
    ['noresource', undefined, 'never'],
    ['something-new', undefined, 'now'],
  ] as const)('terminated for %s: subscribe anew %s %s', async (reason, retryAfter, retry) => {
    const { sim, subscribe, taken, nothingLeft } = await watched((s) => s.accept());
    const { told } = subscribe();
    await sim.run(50);
    taken[0]?.terminate(reason, retryAfter);
    await sim.run(50);
    expect(JSON.parse(told.at(-1) ?? '')).toEqual({
      reason,
      retry,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
    await nothingLeft();
  });

  test('refused, undecided, and an interval that is too brief', async () => {
    const { sim, subscribe, caller } = await watched(
      (s) => {
        if (s.event.type === 'rude') s.reject(403);
        else if (s.event.type !== 'slow') s.accept(xml('x'));
      },
      { minExpires: 300 },
    );
    const refused = subscribe({ event: 'rude' });
    const slow = subscribe({ event: 'slow' });
    const brief = subscribe({ expires: 60 });
    await sim.run(50);
    expect(refused.told).toEqual(['{"reason":"refused","status":403,"retry":"never"}']);
    expect(brief.told).toEqual(['active x']);
    expect(caller.log.count('< 423 SUBSCRIBE')).toBe(1);
    await sim.run(11_000);
    expect(slow.told).toEqual(['{"reason":"refused","status":480,"retry":"never"}']);
  });

  test('fetch: Expires 0 tells the state once', async () => {
    const { sim, subscribe, served, nothingLeft } = await watched((s) => s.accept(xml('once')));
    const { told } = subscribe({ expires: 0 });
    await sim.run(50);
    expect(told).toEqual(['terminated once', '{"reason":"timeout","retry":"now"}']);
    expect(served).toEqual(['ended unsubscribed']);
    await nothingLeft();
  });

  test('bounds: the third is refused 503 with Retry-After', async () => {
    const { sim, subscribe } = await watched((s) => s.accept(), { max: 2 });
    const all = [subscribe(), subscribe(), subscribe()];
    await sim.run(50);
    expect(all[2]?.told).toEqual([
      '{"reason":"refused","status":503,"retry":"later","retryAfter":30}',
    ]);
    expect(all[1]?.subscription.state).toBe('active');
  });

  test('a subscriber that is gone: the notifier ends it; a notifier that is gone: lost', async () => {
    const { sim, subscribe, taken, served, callee } = await watched((s) => s.accept());
    const one = subscribe();
    await sim.run(50);
    one.subscription.drop();
    taken[0]?.notify(xml('x'));
    await sim.run(50);
    expect(served).toEqual(['ended lost']);
    const two = subscribe({ expires: 120 });
    await sim.run(50);
    await callee.endpoint.close();
    await sim.run(121_000);
    expect(two.told.at(-1)).toBe('{"reason":"lost","retry":"now"}');
  });

  test('no NOTIFY after the 200 (timer N), and no answer at all', async () => {
    const { sim, subscribe } = await watched((s) => s.accept());
    sim.network.weather = ({ bytes }) =>
      new TextDecoder().decode(bytes).startsWith('NOTIFY') ? [] : [1];
    const mute = subscribe();
    await sim.run(33_000);
    expect(mute.told).toEqual(['{"reason":"lost","retry":"later"}']);
    sim.network.weather = () => [];
    const gone = subscribe();
    await sim.run(33_000);
    expect(gone.told).toEqual(['{"reason":"lost","retry":"later"}']);
  });

  test('left before anything was heard', async () => {
    const { sim, subscribe, nothingLeft } = await watched((s) => s.accept(xml('x')));
    const { subscription, told } = subscribe();
    await sim.run(1);
    subscription.unsubscribe();
    await sim.run(200);
    expect(told.at(-1)).toBe('{"reason":"unsubscribed","retry":"never"}');
    await nothingLeft();
  });

  test('a slow subscriber does not fill memory: it is let go', async () => {
    const { sim, subscribe, taken, served } = await watched((s) => s.accept());
    subscribe();
    await sim.run(50);
    sim.network.weather = () => [];
    for (let i = 0; i < 40; i++) taken[0]?.notify(xml(String(i)));
    expect(served).toEqual(['ended lost']);
    expect(taken[0]?.state).toBe('terminated');
  });
});

describe('MESSAGE and OPTIONS (RFC 3428, RFC 3261 §11)', () => {
  test('a message, taken, refused and left alone', async () => {
    const { sim, caller, callee } = await callPair();
    const seen: IncomingMessage[] = [];
    callee.endpoint.onMessageRequest((message) => {
      seen.push(message);
      if (message.body === 'hello') message.accept();
      else if (message.body === 'later') message.accept(202);
      else if (message.body === 'rude') message.reject(603);
    });
    const send = (body: string) =>
      caller.endpoint
        .sendRequest('MESSAGE', {
          requestUri: 'sip:20@10.0.0.2',
          to: 'sip:20@x.example',
          from: 'sip:10@x.example',
          body,
        })
        .then(
          ({ statusCode }) => statusCode,
          ({ status }) => status,
        );
    const results = [send('hello'), send('later'), send('rude'), send('nobody reads this')];
    await sim.run(11_000);
    expect(await Promise.all(results)).toEqual([200, 202, 603, 480]);
    expect(seen[0]).toMatchObject({ contentType: 'text/plain', body: 'hello' });
  });

  test('inside a call it reaches the same handler', async () => {
    const { sim, connect, callee } = await callPair();
    callee.endpoint.onMessageRequest((message) => message.accept());
    const { out } = await connect();
    const { usage } = out as unknown as {
      usage: { send(m: string, o: object): Promise<{ statusCode: number }> };
    };
    const sent = usage.send('MESSAGE', { body: 'hi', contentType: 'text/plain' });
    await sim.run(50);
    expect((await sent).statusCode).toBe(200);
  });

  test('OPTIONS outside a call: 200, and 408 from nobody', async () => {
    const { sim, caller, callee } = await callPair();
    const ask = () =>
      caller.endpoint.sendRequest('OPTIONS', {
        requestUri: 'sip:20@10.0.0.2',
        to: 'sip:20@x.example',
        from: 'sip:10@x.example',
      });
    const first = ask();
    await sim.run(50);
    expect((await first).headers.get('supported')).toBe('100rel, timer, replaces, norefersub');
    await callee.endpoint.close();
    const second = ask().catch(({ status }) => status);
    await sim.run(33_000);
    expect(await second).toBe(408);
  });
});
