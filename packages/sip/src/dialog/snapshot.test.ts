import { describe, expect, test } from 'vitest';
import { callPair } from '../testing/call-pair.ts';
import { Dialog } from './dialog.ts';

describe('a dialog that outlives its process', () => {
  test('snapshot and restore: the same requests, numbers well above those used', async () => {
    const { connect } = await callPair();
    const { out } = await connect();
    const { dialog } = out;
    const snapshot = dialog?.snapshot();
    if (snapshot === undefined || dialog === undefined) throw new Error('no dialog');
    // Plain data: it survives being written down.
    const restored = Dialog.restore(JSON.parse(JSON.stringify(snapshot)));
    expect(restored.state).toBe('confirmed');
    expect(restored.key).toBe(dialog.key);
    const [before, after] = [dialog, restored].map((each) => each.request('BYE', 'SIP/2.0/UDP a'));
    expect(after?.uri).toBe(before?.uri);
    for (const key of ['from', 'to', 'call-id', 'route']) {
      expect(after?.headers.lines(key)).toEqual(before?.headers.lines(key));
    }
    expect(after?.cseq.seq).toBeGreaterThan((before?.cseq.seq ?? 0) + 100);
    expect(restored.snapshot()).toEqual({ ...snapshot, localSeq: after?.cseq.seq });
  });

  test('the number of the peer is kept, so that an old request stays old', async () => {
    const { connect } = await callPair();
    const { inc } = await connect();
    const restored = Dialog.restore(inc.dialog.snapshot());
    expect(restored.acceptSequence(inc.request.cseq.seq)).toBe(false);
    expect(restored.acceptSequence(inc.request.cseq.seq + 1)).toBe(true);
  });

  test.each(['caller', 'callee'] as const)(
    'endDialog: a new process hangs up what the %s left standing',
    async (side) => {
      const { sim, connect, caller, callee } = await callPair();
      const { out, inc } = await connect();
      const ends: string[] = [];
      out.on('ended', ({ by }) => ends.push(`caller ${by}`));
      inc.on('ended', ({ by }) => ends.push(`callee ${by}`));
      const snapshot = (side === 'caller' ? out.dialog : inc.dialog)?.snapshot();
      if (snapshot === undefined) throw new Error('no dialog');
      const dead = side === 'caller' ? caller : callee;
      const address = side === 'caller' ? '10.0.0.1' : '10.0.0.2';
      // The process dies without a word.
      await dead.endpoint.close();
      const again = await sim.endpoint(address);
      const ended = again.endpoint.endDialog(snapshot);
      await sim.run(50);
      await ended;
      const other = side === 'caller' ? 'callee remote' : 'caller remote';
      expect(ends).toContain(other);
      expect(again.log.lines).toEqual(['> BYE', '< 200 BYE']);
      expect(again.endpoint.callCount).toBe(0);
      await sim.run(70_000);
      expect(sim.clock.pending).toBe(0);
    },
  );

  test('endDialog settles when nobody answers any more', async () => {
    const { sim, connect, callee } = await callPair();
    const { out } = await connect();
    const snapshot = out.dialog?.snapshot();
    if (snapshot === undefined) throw new Error('no dialog');
    await callee.endpoint.close();
    const lonely = await sim.endpoint('10.0.0.7');
    let settled = false;
    void lonely.endpoint.endDialog(snapshot).then(() => {
      settled = true;
    });
    await sim.run(31_000);
    expect(settled).toBe(false);
    await sim.run(2_000);
    expect(settled).toBe(true);
  });
});
