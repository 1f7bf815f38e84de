import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answerOf, judge } from '../testing/torture.ts';
import { RFC4475 } from '../testing/torture-verdicts.ts';
import { parseMessage } from './parse.ts';
import { serializeMessage } from './serialize.ts';
import { validate } from './validate.ts';

const corpora = process.env.TRUNKLINE_CORPORA;
const folder = corpora === undefined ? '' : join(corpora, 'rfc4475');

if (!existsSync(folder)) {
  test.skip('RFC 4475 torture messages: corpus not present', () => {});
} else {
  describe('RFC 4475 torture messages', () => {
    const load = (file: string): Uint8Array => readFileSync(join(folder, `${file}.dat`));

    test('the table has all 49', () => {
      expect(new Set(RFC4475.map(([file]) => file)).size).toBe(49);
    });

    test.each(RFC4475)('%s: message %s (agent %s): %s %s', (file, verdict) => {
      expect(judge(load(file))).toBe(verdict);
    });

    test.each(RFC4475)('%s: agent answers (%s) %s: %s', async (file, _message, agent) => {
      expect(await answerOf(load(file))).toBe(agent);
    });

    test.each(RFC4475.filter(([, verdict]) => verdict === 'accept'))(
      '%s is stable under serialise and parse',
      (file) => {
        const once = serializeMessage(parseMessage(load(file)));
        const again = parseMessage(once);
        validate(again);
        expect(Buffer.from(serializeMessage(again))).toEqual(Buffer.from(once));
      },
    );

    test('values come out as they are meant', () => {
      const wsinv = parseMessage(load('wsinv'));
      expect(wsinv.viaElements).toHaveLength(3);
      expect(wsinv.via).toMatchObject({ transport: 'UDP', host: '192.0.2.2' });
      expect(wsinv.from.displayName).toBe('J Rosenberg \\"');
      expect(wsinv.to.params.get('tag')).toBe('1918181833n');
      expect(wsinv.cseq).toEqual({ seq: 9, method: 'INVITE' });
      expect(wsinv.headers.get('newfangledheader')).toBe(
        'newfangled value continued newfangled value',
      );
      expect(wsinv.headers.get('subject')).toBe('');
      const [contact] = wsinv.contacts as Exclude<typeof wsinv.contacts, '*'>;
      expect(contact?.params.get('q')).toBe('0.33');

      const semiuri = parseMessage(load('semiuri'));
      expect(semiuri.kind === 'request' && semiuri.requestUri).toMatchObject({
        user: 'user;par=u%40example.net',
        host: 'example.com',
      });
      expect(parseMessage(load('longreq')).viaElements).toHaveLength(34);
      expect(parseMessage(load('dblreq')).body.byteLength).toBe(0);
      expect(parseMessage(load('mpart01')).body.byteLength).toBe(553);
      const paramsOf = (file: string) => {
        const { contacts } = parseMessage(load(file));
        return contacts === '*' ? [] : contacts.map(({ params }) => [...params]);
      };
      expect(paramsOf('cparam01')).toEqual([[['unknownparam', '']]]);
      expect(paramsOf('cparam02')).toEqual([[]]);
    });
  });
}
