import { type ChildProcess, fork } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { newId } from '@trunkline/contracts/ids.ts';
import { writePrivateFile } from '@trunkline/platform/node/identity-file.ts';
import { pcapng } from '@trunkline/sip/capture/pcapng.ts';
import { describe, expect, test, vi } from 'vitest';
import {
  after,
  answer,
  browser,
  dial,
  endOf,
  inviteOf,
  phone,
  stateOf,
} from '../testing/actors.ts';
import {
  linesOpen,
  type Surroundings,
  type SystemOptions,
  surroundings,
  type Whom,
  wait,
} from '../testing/system.ts';
import { followSession, viewIn } from '../testing/talks.ts';
import { testTenant } from '../testing/tenant.ts';

/** Starts the media node as the process it is in production. */
async function startProcess(around: Surroundings): Promise<ChildProcess> {
  const http = around.peers.url.replace('ws:', 'http:');
  const child = fork(new URL('../main.ts', import.meta.url), {
    execArgv: [],
    env: {
      PATH: process.env.PATH,
      TRUNKLINE_DATA: around.folder,
      TRUNKLINE_CONTROL_PLANE_URL: http,
      TRUNKLINE_EDGE_URL: http,
      TRUNKLINE_RTP_PORT_MIN: '0',
      TRUNKLINE_RTP_PORT_MAX: '0',
      TRUNKLINE_ICE_ADDRESSES: '127.0.0.1',
      TRUNKLINE_LOG_LEVEL: 'error',
    },
  });
  after(() => child.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`the node ended with ${code}`)));
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function around(options?: SystemOptions): Promise<Surroundings> {
  const made = await surroundings(options);
  after(() => made.close());
  await writePrivateFile(
    join(made.folder, 'media-node', 'identity.json'),
    JSON.stringify(made.identity),
  );
  return made;
}

/** What the node would end after its death, as it is on disk: unanswered legs by call. */
async function unanswered({ folder }: Surroundings): Promise<Map<string, number>> {
  const calls = join(folder, 'media-node', 'calls');
  const found = new Map<string, number>();
  for (const name of await readdir(calls)) {
    if (!name.endsWith('.json')) continue;
    const { callId, early } = JSON.parse(await readFile(join(calls, name), 'utf8'));
    found.set(callId, early.length);
  }
  return found;
}

/** Forwarding of every call. */
const always = (target: string) => ({
  always: target,
  busy: null,
  noAnswer: null,
  signedOut: null,
});

/** The SIP messages of captures, in the order they came. */
function capturedOf({ peers }: Surroundings) {
  return peers.eventsOf('capture.packet').map((event) => {
    if (event.type !== 'capture.packet') throw new Error('no packet');
    const { direction, transport, local, remote, bytes } = event.data;
    const payload = Buffer.from(bytes, 'base64');
    const [source, destination] = direction === 'out' ? [local, remote] : [remote, local];
    const at = Date.parse(event.occurredAt);
    return {
      place: `${event.bootEpoch} ${event.seq}`,
      text: payload.toString(),
      packet: { at, direction, transport, source, destination, payload },
    };
  });
}

/** Blocks of a capture file; throws when one is cut off or its two lengths differ. */
function blocksOf(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let count = 0;
  for (let at = 0; at < file.byteLength; count += 1) {
    const length = view.getUint32(at + 4, true);
    expect(view.getUint32(at + length - 4, true)).toBe(length);
    at += length;
  }
  return count;
}

/** Anna talks with the desk phone through the process. */
async function talk(all: Surroundings) {
  const [peer, desk] = [await browser(), await phone()];
  const before = all.pbx.calls.length;
  const callId = await dial(all, all.anna, peer, '10');
  const invite = await inviteOf(all, before);
  invite.answer(desk.answer(invite.body));
  await stateOf(all, all.anna, 'connected');
  return { callId, invite };
}

describe('a media node killed by -9', () => {
  test('in a call: the restarted one ends it once, with its talk time, and says BYE to the PBX', async () => {
    const all = await around();
    const first = await startProcess(all);
    await linesOpen(all);
    const { callId, invite } = await talk(all);
    await vi.waitFor(() => expect(all.peers.eventsOf('call.answered')).toHaveLength(1), wait);
    // A sign of life is written each second.
    const answeredAt = Date.now();
    await vi.waitFor(() => expect(Date.now() - answeredAt).toBeGreaterThan(1300), wait);
    const ended = vi.fn();
    invite.on('ended', ended);
    await kill(first);
    expect(all.peers.eventsOf('call.ended')).toEqual([]);

    const second = await startProcess(all);
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), wait);
    await vi.waitFor(() => expect(all.peers.eventsOf('call.ended')).toHaveLength(1), wait);
    const end = await endOf(all);
    expect(all.peers.eventsOf('call.ended')[0]).toMatchObject({
      call: callId,
      data: { by: 'system', cause: 'node_lost', sipCode: null },
    });
    expect(end.durationMs).toBeGreaterThan(500);
    expect(end.durationMs).toBeLessThan(10_000);

    // Once more, and it is not ended again; the lines come back and calls work.
    await kill(second);
    all.peers.edgeFrames.length = 0;
    await startProcess(all);
    await linesOpen(all);
    await talk(all);
    expect(all.peers.eventsOf('call.ended')).toHaveLength(1);
  });

  test('in a call the PBX placed: BYE goes out there too', async () => {
    const all = await around();
    const first = await startProcess(all);
    await linesOpen(all);
    all.peers.devices.set(all.anna.userId, 1);
    const call = all.pbx.call('20', (await phone()).offer());
    const ended = vi.fn();
    call.on('ended', ended);
    const { id } = await stateOf(all, all.anna, 'ringing');
    await answer(all, all.anna, await browser(), id);
    await vi.waitFor(() => expect(all.peers.eventsOf('call.answered')).toHaveLength(1), wait);
    await kill(first);
    await startProcess(all);
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), wait);
    expect(await endOf(all)).toMatchObject({ by: 'system', cause: 'node_lost' });
  });

  test('while calls ring: the caller is refused, the called one cancelled', async () => {
    const all = await around();
    const first = await startProcess(all);
    await linesOpen(all);
    all.peers.devices.set(all.anna.userId, 1);
    const call = all.pbx.call('20', (await phone()).offer());
    const failed = vi.fn();
    call.on('failed', ({ statusCode }) => failed(statusCode));
    await stateOf(all, all.anna, 'ringing');
    const sdp = await (await browser()).offer();
    await all.peers.command(all.ben, 'call.dial', { number: '10', sdp });
    const invite = await inviteOf(all);
    const cancelled = vi.fn();
    invite.on('cancelled', cancelled);
    invite.ringing();
    await vi.waitFor(() => expect(all.peers.eventsOf('call.ringing')).toHaveLength(2), wait);
    await kill(first);
    await startProcess(all);
    await vi.waitFor(() => {
      expect(failed).toHaveBeenCalledWith(480);
      expect(cancelled).toHaveBeenCalledOnce();
    }, wait);
    await vi.waitFor(() => expect(all.peers.eventsOf('call.ended')).toHaveLength(2), wait);
  });

  test('with two PBX legs joined: both are ended, one end is told', async () => {
    const all = await around();
    const first = await startProcess(all);
    await linesOpen(all);
    const { invite, callId } = await talk(all);
    const desk = await phone();
    invite.on('reinvite', (reinvite) => reinvite.accept(desk.answer(reinvite.body)));
    const ended = vi.fn();
    invite.on('ended', ended);
    void all.peers.command(all.anna, 'call.transfer', { callId, number: '11' });
    const far = await inviteOf(all, 1);
    far.on('ended', ended);
    far.answer((await phone()).answer(far.body));
    await vi.waitFor(() => {
      const states = all.peers.eventsOf('call.transferred').map(({ data }) => data);
      expect(states).toContainEqual(expect.objectContaining({ state: 'accepted' }));
    }, wait);
    await kill(first);
    await startProcess(all);
    await vi.waitFor(() => expect(ended).toHaveBeenCalledTimes(2), wait);
    await endOf(all);
    expect(all.peers.eventsOf('call.ended')).toHaveLength(1);
  });

  test('held, consulting, being transferred, forwarded and captured at once: each ends once', async () => {
    const capture = {
      id: newId('capture'),
      lineIds: null,
      until: new Date(Date.now() + 3_600_000).toISOString(),
      maxBytes: 1_000_000,
    };
    const all = await around({
      group: { capture },
      tenant: {
        secondGroup: true,
        limits: { concurrentCalls: 5 },
        lines: { 22: { callHandling: { doNotDisturb: false, forwarding: always('14') } } },
      },
    });
    const { peers, anna, ben, pbx } = all;
    // Nothing is acknowledged: what the spool kept comes again after the restart.
    peers.acknowledge = false;
    const first = await startProcess(all);
    await linesOpen(all);
    const sdp = await (await browser()).offer();
    const ended = vi.fn();
    const cancelled = vi.fn();
    const answers = async (whom: Whom, number: string, index: number) => {
      const result = await peers.command(whom, 'call.dial', { number, sdp });
      const invite = await inviteOf(all, index);
      const desk = await phone();
      followSession(invite, desk);
      invite.on('ended', () => ended(index));
      invite.answer(desk.answer(invite.body));
      const { callId } = result.data as { callId: string };
      await viewIn(all, whom, callId, { state: 'connected' });
      return callId;
    };
    const rings = async (index: number) => {
      const invite = await inviteOf(all, index);
      invite.on('cancelled', () => cancelled(index));
      invite.ringing();
    };
    const held = await answers(anna, '10', 0);
    await peers.command(anna, 'call.hold', { callId: held });
    await answers(anna, '11', 1);
    await viewIn(all, anna, held, { held: true });
    const transferred = await answers(ben, '12', 2);
    void peers.command(ben, 'call.transfer', { callId: transferred, number: '13' });
    await rings(3);
    const caller = pbx.call('22', (await phone()).offer());
    const failed = vi.fn();
    caller.on('failed', ({ statusCode }) => failed(statusCode));
    await rings(4);
    const more = { number: '15', sdp };
    expect((await peers.command(anna, 'call.dial', more)).code).toBe('call_limit');
    await vi.waitFor(async () => {
      const [forwarded] = peers.eventsOf('call.forwarded').map((event) => event.call);
      const early = await unanswered(all);
      expect([early.get(transferred), early.get(forwarded ?? '')]).toEqual([1, 2]);
    }, wait);
    const before = peers.eventsOf('capture.packet').length;
    expect(before).toBeGreaterThan(10);

    await kill(first);
    peers.edgeFrames.length = 0;
    peers.acknowledge = true;
    await startProcess(all);
    await vi.waitFor(() => {
      expect(ended.mock.calls.flat().sort()).toEqual([0, 1, 2]);
      expect(cancelled.mock.calls.flat().sort()).toEqual([3, 4]);
      expect(failed).toHaveBeenCalledExactlyOnceWith(480);
    }, wait);
    await linesOpen(all);
    const ends = () => peers.eventsOf('call.ended');
    await vi.waitFor(() => expect(ends()).toHaveLength(4), wait);
    const started = peers.eventsOf('call.started').map(({ call }) => call);
    expect(new Set(ends().map(({ call }) => call))).toEqual(new Set(started));
    for (const { data } of ends()) expect(data).toMatchObject({ cause: 'node_lost' });

    // What the five tickets were for is free again.
    expect(await peers.command(anna, 'call.dial', more)).toMatchObject({ ok: true });
    await vi.waitFor(() => {
      const methods = capturedOf(all).map(({ text }) => text.split(' ')[0]);
      expect(methods.lastIndexOf('INVITE')).toBeGreaterThanOrEqual(before);
    }, wait);
    const captured = capturedOf(all);
    expect(new Set(captured.map(({ place }) => place)).size).toBe(captured.length);
    const file = pcapng(captured.map(({ packet }) => packet));
    // Section and interface come before the packets.
    expect(blocksOf(file)).toBe(captured.length + 2);
  });

  test('with the control plane away: nothing of the call is lost, nothing doubled', async () => {
    const all = await around();
    all.peers.acknowledge = false;
    const first = await startProcess(all);
    await linesOpen(all);
    const { callId } = await talk(all);
    await vi.waitFor(() => expect(all.peers.eventsOf('call.answered')).toHaveLength(1), wait);
    await kill(first);
    await kill(await startProcess(all));
    all.peers.acknowledge = true;
    await startProcess(all);
    await vi.waitFor(() => expect(all.peers.eventsOf('call.ended')).toHaveLength(1), wait);
    const story = all.peers.events
      .filter((event) => event.call === callId && event.type !== 'sip.message')
      .map((event) => event.type)
      .filter((type) => type !== 'call.media' && type !== 'call.route');
    expect(story).toEqual(['call.started', 'call.answered', 'call.ended']);
  });
});

test('SIGTERM ends calls in order within seconds; the loss of the parent ends the process', async () => {
  const all = await around();
  const child = await startProcess(all);
  await linesOpen(all);
  const { invite } = await talk(all);
  const ended = vi.fn();
  invite.on('ended', ended);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await gone).toBe(0);
  expect(ended).toHaveBeenCalledOnce();

  const orphan = await startProcess(all);
  const left = new Promise((resolve) => orphan.once('exit', resolve));
  orphan.disconnect();
  expect(await left).toBe(0);
});

test('a started node names every tenant, also when the edge says welcome before all were read', async () => {
  const all = await around();
  const { peers } = all;
  const tenants = [all.tenant.config.tenant.id];
  for (let index = 0; index < 40; index += 1) {
    const { config } = testTenant({ registrarPort: all.pbx.port });
    const { id } = config.tenant;
    tenants.push(id);
    // No lines: their states would not be at issue here.
    const payload = { ...config, lineGroups: [] };
    await peers.publish({ section: `tenant/${id}`, epoch: 1, version: 1, payload });
  }
  const namesAll = () =>
    vi.waitFor(() => {
      const last = peers.edgeFrames.findLast((frame) => frame.t === 'serving');
      const named = last?.t === 'serving' ? Object.keys(last.tenants) : [];
      expect(new Set(named)).toEqual(new Set(tenants));
    }, wait);
  const first = await startProcess(all);
  await namesAll();
  await kill(first);
  peers.edgeFrames.length = 0;
  await startProcess(all);
  await namesAll();
});
