import type { Capture } from '@trunkline/contracts/captures.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../harness/wait-for.ts';
import { needs } from '../../peers/available.ts';
import { type DissectedSip, readSipCapture } from '../../peers/tshark/tshark.ts';
import type { ApiClient } from '../../product/api.ts';
import type { ClientUser } from '../../product/client-app.ts';
import { provisionTenant } from '../../product/tenant.ts';
import type { Office } from '../office.ts';
import type { Cast } from './cast.ts';

const suite = needs('the SIP messages of a line group as a file', 'tshark');

/** The script of a capture, from its start by an administrator to Wireshark. */
export function captureScripts(cast: Cast): void {
  describe.skipIf(suite.skip)(suite.name, () => {
    let office: Office;
    let anna: ClientUser;
    let ben: ClientUser;
    let admin: ApiClient;

    beforeAll(async () => {
      ({ office, anna, ben } = cast);
      admin = await office.tenant.as('admin');
    });

    /** A call to the phone 30, hung up by the caller. */
    async function call(user: ClientUser): Promise<void> {
      const phone = office.phone('30');
      await user.dial('30');
      await phone.waitForIncoming();
      await phone.accept();
      await phone.waitForEstablished();
      await user.connected();
      await user.hangUp();
      await phone.waitForClosed();
      await user.idle();
    }

    const download = async ({ id }: Capture) => {
      const { bytes, headers } = await admin.download(`/v1/captures/${id}/download`);
      const messages = await readSipCapture(bytes, office.kamailio.port);
      return { messages, headers, text: Buffer.from(bytes).toString('latin1') };
    };
    const named = (messages: readonly DissectedSip[], number: string) =>
      messages.filter(({ from, to }) => from === number || to === number);

    test('LIN-097 LIN-098 LIN-099 LIN-100 a call of the group is in it, secrets and other groups are not', async () => {
      const captures = `/v1/line-groups/${office.tenant.lineGroup.id}/captures`;
      expect((await admin.request('POST', captures, { minutes: 121 })).status).toBe(400);
      const capture = await admin.ok<Capture>('POST', captures, { minutes: 5 });
      expect(Date.parse(capture.endsAt) - Date.parse(capture.startedAt)).toBe(5 * 60_000);
      expect(await admin.request('POST', captures, {})).toMatchObject({
        body: { code: 'capture_running' },
      });
      const refers = `/v1/line-groups/${office.group('refer').id}/captures`;
      expect((await admin.ok<{ items: unknown[] }>('GET', refers)).items).toEqual([]);

      // Both groups are at the same PBX. The second signing-on of the spare line is challenged.
      await office.settled();
      await office.settled();
      await call(ben);
      await call(anna);
      await office.nextCalls(2);
      const { messages, headers, text } = await waitFor('the BYE and its answer', async () => {
        const file = await download(capture);
        const { callId } = file.messages.find(({ method }) => method === 'INVITE') ?? {};
        const over = file.messages.some(
          (one) => one.callId === callId && one.cseqMethod === 'BYE' && one.status === '200',
        );
        return over && file;
      });
      expect(headers.get('content-disposition')).toMatch(/sipav_\d{8}_\d{6}\.pcapng/);
      expect(messages.map(({ faults }) => faults).join('')).toBe('');
      expect(messages.map(({ at }) => at)).toEqual(
        messages.map(({ at }) => at).toSorted((a, b) => a - b),
      );
      const pbx = office.kamailio.address;
      for (const one of messages) expect([one.source, one.destination]).toContain(pbx);

      const [invite] = messages.filter(({ method }) => method === 'INVITE');
      const course = messages
        .filter(({ callId }) => callId === invite?.callId)
        .map(({ method, status, cseqMethod, source }) => {
          const sent = source === pbx ? '<' : '>';
          return `${sent} ${method || `${status} ${cseqMethod}`}`;
        });
      expect(invite).toMatchObject({ from: '20', to: '30', destination: pbx });
      for (const step of ['> INVITE', '< 200 INVITE', '> ACK', '> BYE', '< 200 BYE'])
        expect(course).toContain(step);

      // Whoever reads the file learns no password, and nothing of the line of the other group.
      const signed = messages.filter(({ authorization }) => authorization !== '');
      expect(signed.map(({ method }) => method)).toContain('REGISTER');
      for (const { authorization } of signed) expect(authorization).toBe('credentials masked');
      expect(text).not.toMatch(/response=|nonce=.*response/);
      expect(text).not.toContain('secret20');
      expect(named(messages, '21')).toEqual([]);
      expect(named(messages, '20').length).toBeGreaterThan(4);

      const stopped = await admin.ok<Capture>('POST', `/v1/captures/${capture.id}/stop`);
      expect(stopped).toMatchObject({ state: 'stopped', full: false });
      expect(stopped.packets).toBeGreaterThanOrEqual(messages.length);
      await office.settled();
      const before = (await download(capture)).messages.length;
      await call(anna);
      await office.nextCall();
      expect((await download(capture)).messages).toHaveLength(before);

      // Of another company's captures nobody hears.
      const other = await provisionTenant(office.product, {
        pbx: office.kamailio,
        lines: {},
        people: {},
      });
      const stranger = await other.as('admin');
      for (const [method, path] of [
        ['GET', `/v1/captures/${capture.id}`],
        ['GET', `/v1/captures/${capture.id}/download`],
        ['POST', `/v1/captures/${capture.id}/stop`],
        ['DELETE', `/v1/captures/${capture.id}`],
        ['GET', captures],
        ['POST', captures],
      ] as const)
        expect([
          method,
          path,
          (await stranger.request(method, path, method === 'POST' ? {} : undefined)).status,
        ]).toEqual([method, path, 404]);
    }, 120_000);
  });
}
