import type { AudioCodec } from '@trunkline/contracts/media.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../harness/ports.ts';
import { waitFor } from '../harness/wait-for.ts';
import { needs, type Peer } from '../peers/available.ts';
import type { BaresipOptions } from '../peers/baresip/baresip.ts';
import { callStats, waitToHear } from '../peers/chromium/measure.ts';
import { type Rtpengine, startRtpengine } from '../peers/rtpengine/rtpengine.ts';
import { createAuthority } from '../peers/tls/authority.ts';
import type { ClientUser, ShownQuality } from '../product/client-app.ts';
import { browserHz, type Office, openOffice } from './office.ts';

/** How a phone names its only codec. */
const phoneCodecs = { PCMA: 'PCMA/8000/1', G722: 'G722/16000/1', opus: 'opus/48000/2' } as const;
type PhoneCodec = keyof typeof phoneCodecs;

interface Path {
  readonly person: string;
  readonly phone: string;
  readonly towardsPbx: PhoneCodec;
  readonly towardsClient: AudioCodec;
  readonly encrypted: boolean;
}

const paths: readonly Path[] = (
  [
    ['anna', '30', 'PCMA', 'PCMA', false],
    ['ben', '30', 'PCMA', 'opus', false],
    ['ben', '31', 'G722', 'opus', false],
    ['ben', '32', 'opus', 'opus', false],
    ['carl', '40', 'PCMA', 'opus', true],
    ['carl', '41', 'G722', 'opus', true],
    ['carl', '42', 'opus', 'opus', true],
  ] as const
).map(([person, phone, towardsPbx, towardsClient, encrypted]) => ({
  person,
  phone,
  towardsPbx,
  towardsClient,
  encrypted,
}));

const engines: readonly ['embedded' | 'rtpengine', readonly Peer[]][] = [
  ['embedded', []],
  ['rtpengine', ['rtpengine']],
];

describe.each(engines)('%s', (engine, peers) => {
  const suite = needs(
    `audio of every codec by content, plain and SDES, by the ${engine} engine`,
    'kamailio',
    'baresip',
    'chromium',
    ...peers,
  );

  describe.skipIf(suite.skip)(suite.name, () => {
    let office: Office;
    let daemon: Rtpengine | undefined;
    const users = new Map<string, ClientUser>();

    beforeAll(async () => {
      const authority = await createAuthority();
      const keys = { host: '127.0.0.1', port: await freePort() };
      if (engine === 'rtpengine') daemon = await startRtpengine({ dtmfLog: keys });
      const phones: [string, PhoneCodec][] = [
        ['0', 'PCMA'],
        ['1', 'G722'],
        ['2', 'opus'],
      ];
      const base = (codec: PhoneCodec) =>
        ({ toneHz: 1000, answerMode: 'auto', codecs: [phoneCodecs[codec]] }) as const;
      const wide = { pbxCodecs: ['G722', 'opus', 'PCMA'], clientCodecs: ['opus', 'PCMA'] };
      office = await openOffice({
        people: {
          anna: ['Anna Albrecht', '20'],
          ben: ['Ben Bergmann', '21'],
          carl: ['Carl Claasen', '22'],
        },
        phones: Object.fromEntries(
          phones.flatMap(([last, codec]) => [
            [`3${last}`, base(codec)],
            [
              `4${last}`,
              (pbx): Partial<BaresipOptions> => ({
                ...base(codec),
                registrar: `127.0.0.1:${pbx.tlsPort}`,
                transport: 'tls',
                mediaEncryption: 'srtp-mand',
              }),
            ],
          ]),
        ),
        pbx: { tls: await authority.issue({ dns: ['pbx.test'] }) },
        groups: {
          wide: { lines: ['21'], settings: wide },
          secure: {
            lines: ['22'],
            settings: (pbx) => ({
              ...wide,
              transport: 'tls',
              registrarPort: pbx.tlsPort,
              tlsVerify: 'custom',
              trustedCa: authority.cert,
            }),
          },
        },
        env: daemon
          ? {
              TRUNKLINE_MEDIA_ENGINE: 'rtpengine',
              TRUNKLINE_RTPENGINE: `${daemon.host}:${daemon.ngPort}`,
              TRUNKLINE_RTPENGINE_KEYS: `${keys.host}:${keys.port}`,
            }
          : {},
      });
      const names = ['anna', 'ben', 'carl'];
      await Promise.all(names.map(async (name) => void users.set(name, await office.signIn(name))));
    }, 120_000);

    afterEach(() => office?.clear(), 30_000);

    afterAll(async () => {
      await office?.stop();
      await daemon?.stop();
    }, 60_000);

    test.each(paths)(
      '$person to phone $phone: $towardsClient to the browser, $towardsPbx to the PBX, SDES $encrypted',
      async ({ person, phone: number, towardsPbx, towardsClient, encrypted }) => {
        const user = users.get(person);
        if (!user) throw new Error('nobody there');
        const phone = office.phone(number);
        await user.dial(number);
        await phone.waitForEstablished();
        await user.connected();
        await phone.waitToHear(browserHz);
        await waitToHear(user.page, 1000);
        const { inbound } = await callStats(user.page);
        expect(inbound.at(-1)?.codec).toBe(`audio/${towardsClient}`);
        // Beside Opus this phone takes key events of 8 kHz only, and rtpengine makes none of those.
        if (engine === 'embedded' || towardsPbx !== 'opus') {
          await user.press('5#');
          await phone.waitForDtmf('5#');
        }
        if (person === shownFor.person && number === shownFor.phone)
          await showsQuality(user, towardsPbx, towardsClient);
        await user.hangUp();
        await phone.waitForClosed();
        await user.idle();

        const call = await office.nextCall();
        const { events } = await office.timeline(call.id);
        expect(call.verdict).toMatchObject({ code: 'answered', severity: 'ok' });
        const agreed = events.find(
          ({ type, data }) =>
            type === 'call.media' && (data as { state: string }).state === 'agreed',
        );
        expect(agreed?.data).toMatchObject({ side: 'rtp', codec: towardsPbx, encrypted });
        // Kept with the call once it lasted long enough to be measured.
        if (person === shownFor.person && number === shownFor.phone) {
          expect(call.quality?.pbx).toMatchObject({ codec: towardsPbx, encrypted });
          expect(call.quality?.pbx?.mos).toBeGreaterThan(3.6);
        }
      },
      90_000,
    );
  });
});

/** The figures come every few seconds: one call stands for all. */
const shownFor = { person: 'ben', phone: '31' };

async function showsQuality(
  user: ClientUser,
  towardsPbx: PhoneCodec,
  towardsClient: AudioCodec,
): Promise<void> {
  let shown: ShownQuality | undefined;
  await waitFor(
    'the quality to be shown',
    async () => {
      shown = await user.quality();
      const [, towards, pbx] = shown.figures.Codec ?? [];
      const scores = shown.figures.MOS?.slice(1).map(Number) ?? [];
      return (
        shown.words === 'good' &&
        towards === towardsClient &&
        pbx === towardsPbx &&
        scores.every((mos) => mos > 3.6)
      );
    },
    { timeoutMs: 40_000, explain: () => JSON.stringify(shown) },
  );
}
