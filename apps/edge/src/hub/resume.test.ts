import { newId } from '@trunkline/contracts/ids.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { account, callView, RecordedSocket, rig, settled, type TestClient } from './testing.ts';

describe('hello', () => {
  test('a new session begins with hello, snapshot and the state of the telephone service', async () => {
    const r = rig();
    const anna = await r.client(r.token(account()));
    expect(anna.hello).toMatchObject({ version: 1, resumed: false, seq: 0, heartbeatSeconds: 20 });
    expect(anna.numbered.map((frame) => frame.seq)).toEqual([1, 2]);
    expect(anna.events('telephony.reachable')).toEqual([{ reachable: false }]);
  });

  test.each([
    ['no JSON', 'nonsense'],
    ['no frame', '{"t":"dance"}'],
    ['unknown keys', '{"t":"ping","x":1}'],
    ['too large', `{"t":"ping"${' '.repeat(70_000)}}`],
  ])('%s is a protocol error', async (_name, text) => {
    const r = rig();
    const { connection, socket } = await r.client(r.token(account()));
    connection.receive(text);
    expect(socket.frames.at(-1)).toContain('"code":"protocol_error"');
    expect(socket.closedWith).toBe(1008);
  });

  test('anything before hello is a protocol error', () => {
    const r = rig();
    const socket = new RecordedSocket();
    r.hub.openClient(socket).receive('{"t":"ping"}');
    expect(socket.frames).toEqual([expect.stringContaining('"code":"protocol_error"')]);
  });

  test('versions beyond N and N−1 are refused', async () => {
    const r = rig();
    const socket = new RecordedSocket();
    const connection = r.hub.openClient(socket);
    connection.receive(JSON.stringify({ t: 'hello', version: 7, token: r.token(account()) }));
    await settled();
    expect(socket.frames).toEqual([expect.stringContaining('protocol_version_unsupported')]);
  });

  test('a socket without hello is closed after its time', () => {
    const r = rig();
    const socket = new RecordedSocket();
    r.hub.openClient(socket);
    r.clock.advance(9_999);
    r.hub.sweep();
    expect(socket.closedWith).toBeUndefined();
    r.clock.advance(1);
    r.hub.sweep();
    expect(socket.closedWith).toBe(1008);
  });
});

describe('resume', () => {
  test('a cut client gets exactly what it missed', async () => {
    const r = rig();
    const who = account();
    const token = r.token(who);
    const node = await r.node();
    await node.serve([who]);
    const first = await r.client(token);
    const seen = first.lastSeq;
    first.drop();
    const call = callView();
    await node.tell({ t: 'call.changed', ...who, call });
    const second = await r.client(token, { token: first.hello?.resumeToken ?? '', seq: seen });
    expect(second.hello).toMatchObject({ resumed: true, seq: seen });
    expect(second.events('snapshot')).toEqual([]);
    expect(second.events('call.changed')).toEqual([{ call }]);
    expect(second.numbered[0]?.seq).toBe(seen + 1);
  });

  test('what fell out of the buffer cannot be resumed: snapshot, flagged', async () => {
    const r = rig({ replayFrames: 3 });
    const who = account();
    const token = r.token(who);
    const first = await r.client(token);
    const node = await r.node();
    for (let count = 0; count < 5; count++)
      await node.tell({ t: 'call.changed', ...who, call: callView() });
    first.drop();
    const second = await r.client(token, { token: first.hello?.resumeToken ?? '', seq: 2 });
    expect(second.hello).toMatchObject({ resumed: false, seq: 0 });
    expect(second.events('snapshot')[0]?.calls).toHaveLength(5);
    expect(r.hub.sessions).toBe(1);
  });

  test("nobody resumes another user's, device's or tenant's session", async () => {
    const r = rig();
    const who = account();
    const first = await r.client(r.token(who, { did: newId('device') }));
    first.drop();
    const resume = { token: first.hello?.resumeToken ?? '', seq: 2 };
    for (const thief of [
      r.token(account(who.tenant)),
      r.token({ ...who, tenant: newId('tenant') }),
      r.token(who),
    ]) {
      const client = await r.client(thief, resume);
      expect(client.hello?.resumed).toBe(false);
    }
  });

  test('a socket that takes over closes the one before, whose late end changes nothing', async () => {
    const r = rig();
    const who = account();
    const token = r.token(who);
    const first = await r.client(token);
    const second = await r.client(token, { token: first.hello?.resumeToken ?? '', seq: 2 });
    expect(first.socket.closedWith).toBe(4000);
    first.drop();
    first.send({ t: 'ping' });
    r.clock.advance(10_000);
    r.hub.sweep();
    second.send({ t: 'ping' });
    expect(second.frames.at(-1)).toEqual({ t: 'pong' });
  });

  test('a session is kept 90 s after a cut, then its device counts as signed out', async () => {
    const r = rig();
    const who = account();
    const token = r.token(who);
    const node = await r.node();
    await node.serve([who]);
    const first = await r.client(token);
    first.drop();
    const ring = async () => {
      await node.tell({ t: 'ring', id: 'r', ...who, call: callView() });
      return node.frames.findLast((frame) => frame.t === 'ring.result')?.devices;
    };
    for (let second = 0; second < 89; second++) {
      r.clock.advance(1000);
      node.send({ t: 'ping' });
      r.hub.sweep();
    }
    expect(await ring()).toBe(1);
    r.clock.advance(1000);
    r.hub.sweep();
    expect(await ring()).toBe(0);
    expect(node.frames).toContainEqual({
      t: 'device.gone',
      ...who,
      deviceId: JSON.parse(token).did,
    });
    const late = await r.client(token, { token: first.hello?.resumeToken ?? '', seq: 2 });
    expect(late.hello?.resumed).toBe(false);
  });

  test('a client that leaves on purpose is signed out at once', async () => {
    const r = rig();
    const client = await r.client(r.token(account()));
    client.connection.closed(4001);
    expect(r.hub.sessions).toBe(0);
  });

  test('a slow consumer is cut and loses nothing', async () => {
    const r = rig({ socketBufferBytes: 10_000 });
    const who = account();
    const token = r.token(who);
    const node = await r.node();
    const slow = await r.client(token);
    const seen = slow.lastSeq;
    slow.socket.bufferedBytes = 10_001;
    for (let count = 0; count < 5; count++)
      await node.tell({ t: 'call.changed', ...who, call: callView() });
    expect(slow.socket.closedWith).toBe('cut');
    slow.connection.closed(1006);
    const back = await r.client(token, { token: slow.hello?.resumeToken ?? '', seq: seen });
    expect(back.events('call.changed')).toHaveLength(5);
  });

  test('a silent client is cut, one that pings is not', async () => {
    const r = rig();
    const silent = await r.client(r.token(account()));
    const alive = await r.client(r.token(account()));
    for (let second = 0; second < 61; second++) {
      r.clock.advance(1000);
      if (second % 20 === 0) alive.send({ t: 'ping' });
      r.hub.sweep();
    }
    expect(silent.socket.closedWith).toBe('cut');
    expect(alive.socket.closedWith).toBeUndefined();
  });

  test('a flood of frames ends the socket', async () => {
    const r = rig({ frameBurst: 10, framesPerSecond: 1 });
    const client = await r.client(r.token(account()));
    for (let count = 0; count < 12; count++) client.send({ t: 'ping' });
    expect(client.bye).toBe('rate_limited');
  });
});

test('200 random cuts: 0 frames lost, doubled or reordered', async () => {
  let cuts = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          events: fc.integer({ min: 0, max: 6 }),
          /** How many of the frames on the wire still reach the client before the cut. */
          reach: fc.integer({ min: 0, max: 8 }),
          acknowledge: fc.boolean(),
          whileCut: fc.integer({ min: 0, max: 6 }),
          /** Sends a command just before the cut and repeats it after. */
          command: fc.boolean(),
        }),
        { minLength: 10, maxLength: 10 },
      ),
      async (rounds) => {
        const r = rig();
        const who = account();
        const token = r.token(who);
        const node = await r.node();
        await node.serve([who]);
        const handled: string[] = [];
        const results: string[] = [];
        let [seq, sent, resumeToken] = [0, 0, ''];
        /** Handles the next `count` frames of a socket, as a client does: in order. */
        const handle = (client: TestClient, count: number) => {
          const fresh = client.numbered.filter((frame) => frame.seq > seq).slice(0, count);
          for (const frame of fresh) {
            expect(frame.seq).toBe(seq + 1);
            seq = frame.seq;
            if (frame.t === 'result') results.push(frame.id);
            else if (frame.type === 'call.changed') handled.push(frame.data.call.lineNumber);
          }
        };
        const emit = (count: number) => {
          for (let index = 0; index < count; index++)
            node.send({
              t: 'call.changed',
              ...who,
              call: callView({ state: 'connected', lineNumber: String(sent++) }),
            });
        };
        const commands: string[] = [];
        for (const round of rounds) {
          const client = await r.client(
            token,
            resumeToken ? { token: resumeToken, seq } : undefined,
          );
          if (resumeToken) expect(client.hello?.resumed).toBe(true);
          resumeToken = client.hello?.resumeToken ?? '';
          const hangup = (id: string) =>
            client.send({ t: 'cmd', id, type: 'call.hangup', data: { callId: newId('call') } });
          for (const id of commands) if (!results.includes(id)) hangup(id);
          if (round.command) {
            const id = `command-${commands.length}`;
            commands.push(id);
            hangup(id);
          }
          emit(round.events);
          await settled();
          for (const { id } of node.commands.splice(0)) answer(id);
          await settled();
          handle(client, round.reach);
          if (round.acknowledge) client.send({ t: 'ack', seq });
          client.drop();
          cuts++;
          emit(round.whileCut);
        }
        const last = await r.client(token, { token: resumeToken, seq });
        handle(last, Number.POSITIVE_INFINITY);
        expect(handled).toEqual(Array.from({ length: sent }, (_, index) => String(index)));
        expect(results).toEqual(commands);
        expect(new Set(node.commands.map((command) => command.id)).size).toBe(commands.length);
        expect(node.commands).toHaveLength(commands.length);

        function answer(id: string) {
          node.send({ t: 'result', id, ok: true, data: {}, code: null });
        }
      },
    ),
    { numRuns: 20 },
  );
  expect(cuts).toBe(200);
});
