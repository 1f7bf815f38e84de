/** The calls every engine has to carry, on rtpengine. */
import { describe, expect, test } from 'vitest';
import { compactNtp, ntpTime, parseRtcp, serializeRtcp } from '../../rtcp.ts';
import { engineSuite, startSubject } from '../testing/engine-suite.ts';
import { needsRtpengine, rtpengineSubject } from '../testing/rtpengine-subject.ts';
import { relayCall, until } from '../testing/suite-call.ts';

const suite = needsRtpengine('rtpengine');
describe.skipIf(suite.skip)(suite.name, () => {
  const subject = rtpengineSubject();
  engineSuite(subject);

  test('VOX-122 what one side reports is known though the other never reports', async () => {
    const { engine, bridgeId, near, far } = await relayCall(await startSubject(subject), {}, {});
    near.play(440);
    far.play(1000);
    await until('audio both ways', () => near.packets > 0 && far.packets > 0);
    const sender = { ntp: ntpTime(Date.now()), timestamp: 0, packets: 9, bytes: 9 * 160 };
    near.sendRtcp(serializeRtcp({ ssrc: near.ssrc, sender, blocks: [] }, 'near'));
    await until('the report of who sends', () => far.rtcp.length > 0);
    const [about] = parseRtcp(far.rtcp[0] as Uint8Array)?.reports ?? [];
    if (about?.sender === undefined) throw new Error('no sender report was passed on');
    const block = {
      ssrc: about.ssrc,
      fractionLost: 128,
      lost: 7,
      highestSequence: 9,
      jitter: 80,
      lastSenderReport: compactNtp(about.sender.ntp),
      delaySinceLastSenderReport: 1,
    };
    far.sendRtcp(serializeRtcp({ ssrc: far.ssrc, blocks: [block] }, 'far'));
    await until('the receiver report', async () => {
      const { far: leg } = await engine.stats(bridgeId);
      return leg?.remoteReport != null;
    });
    const { remoteReport } = (await engine.stats(bridgeId)).far ?? {};
    expect(remoteReport).toMatchObject({ fractionLost: 0.5, jitterMs: 10 });
  });
});
