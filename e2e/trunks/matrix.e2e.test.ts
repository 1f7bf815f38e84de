import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Line, LineGroup } from '@trunkline/contracts/lines.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../harness/ports.ts';
import { type TempDir, tempDir } from '../harness/temp-dir.ts';
import { waitFor } from '../harness/wait-for.ts';
import { needs } from '../peers/available.ts';
import { type Baresip, startBaresip } from '../peers/baresip/baresip.ts';
import { type Chromium, launchChromium } from '../peers/chromium/chromium.ts';
import { waitToHear } from '../peers/chromium/measure.ts';
import { type Kamailio, startKamailio } from '../peers/kamailio/kamailio.ts';
import { createAuthority } from '../peers/tls/authority.ts';
import { signInAtClient } from '../product/client-app.ts';
import { type Product, startProduct } from '../product/product.ts';
import { provisionTenant, type TestTenant, testPassword } from '../product/tenant.ts';

type Transport = 'udp' | 'tcp' | 'tls';
type Kind = 'registration' | 'trunk_registered' | 'trunk_static';

const transports: readonly Transport[] = ['udp', 'tcp', 'tls'];
const kinds: readonly Kind[] = ['registration', 'trunk_registered', 'trunk_static'];
/** Number of the line that speaks for its group; the next one is what people have. */
const cases = kinds.flatMap((kind, k) =>
  transports.map((transport, t) => ({ kind, transport, first: 40 + 6 * k + 2 * t })),
);

const suite = needs('every kind of trunk over every transport', 'kamailio', 'baresip', 'chromium');

describe.skipIf(suite.skip)(suite.name, () => {
  let kamailio: Kamailio;
  let plainPhone: Baresip;
  let securePhone: Baresip;
  let product: Product;
  let tenant: TestTenant;
  let chromium: Chromium;
  let files: TempDir;
  let trustedCa: string;

  beforeAll(async () => {
    const [sipPort, authority, folder] = [
      await freePorts(2),
      await createAuthority(),
      tempDir('tls'),
    ];
    files = await folder;
    trustedCa = authority.cert;
    const own = await authority.issue({ ip: ['127.0.0.1'] });
    const [certFile, keyFile] = [join(files.path, 'cert.pem'), join(files.path, 'key.pem')];
    await writeFile(certFile, own.cert);
    await writeFile(keyFile, own.key, { mode: 0o600 });
    const nodeUri = (transport: Transport) =>
      `sip:127.0.0.1:${transport === 'tls' ? sipPort + 1 : sipPort};transport=${transport}`;
    const users: Record<string, string> = { 90: 'secret90', 91: 'secret91' };
    const trunkUsers: Record<string, string> = {};
    const trunkUris: Record<string, string> = {};
    for (const { kind, transport, first } of cases) {
      if (kind !== 'trunk_static') users[first] = `secret${first}`;
      if (kind === 'registration') users[first + 1] = `secret${first}`;
      if (kind === 'trunk_registered') trunkUsers[first + 1] = String(first);
      if (kind === 'trunk_static') trunkUris[first + 1] = nodeUri(transport);
    }
    kamailio = await startKamailio({
      users,
      trunkUsers,
      trunkUris,
      tls: await authority.issue({ dns: ['pbx.test'] }),
    });
    const phone = { toneHz: 1000, answerMode: 'manual' } as const;
    [plainPhone, securePhone, product, chromium] = await Promise.all([
      startBaresip({ user: '90', password: 'secret90', registrar: kamailio.address, ...phone }),
      startBaresip({
        user: '91',
        password: 'secret91',
        registrar: `127.0.0.1:${kamailio.tlsPort}`,
        transport: 'tls',
        mediaEncryption: 'srtp-mand',
        ...phone,
      }),
      startProduct({
        env: {
          TRUNKLINE_SIP_PORT: String(sipPort),
          TRUNKLINE_SIPS_PORT: String(sipPort + 1),
          TRUNKLINE_SIPS_CERT_FILE: certFile,
          TRUNKLINE_SIPS_KEY_FILE: keyFile,
        },
      }),
      launchChromium({ toneHz: 440, locale: 'en-GB' }),
    ]);
    tenant = await provisionTenant(product, {
      pbx: kamailio,
      domain: kamailio.realm,
      lines: {},
      people: {},
    });
    for (const one of cases) await provision(one);
    await Promise.all([
      tenant.linesOpen(),
      plainPhone.waitForRegistered(),
      securePhone.waitForRegistered(),
    ]);
  }, 120_000);

  afterAll(async () => {
    await chromium?.stop();
    await product?.stop();
    await plainPhone?.stop();
    await securePhone?.stop();
    await kamailio?.stop();
    await files?.remove();
  }, 60_000);

  /** A group of two lines; a person has the second. */
  async function provision({ kind, transport, first }: (typeof cases)[number]): Promise<void> {
    const { api, location } = tenant;
    const fixed = kind === 'trunk_static';
    const port = fixed ? kamailio.trunkPort : kamailio.port;
    const tlsPort = fixed ? kamailio.trunkPort + 1 : kamailio.tlsPort;
    const group = await api.ok<LineGroup>('POST', '/v1/line-groups', {
      name: `${kind} ${transport}`,
      locationId: location.id,
      kind,
      transport,
      registrarHost: '127.0.0.1',
      registrarPort: transport === 'tls' ? tlsPort : port,
      domain: kamailio.realm,
      expiresSeconds: 60,
      optionsSeconds: 10,
      ...(fixed ? { peerAddresses: ['127.0.0.1'] } : {}),
      ...(transport === 'tls' ? { tlsVerify: 'custom', trustedCa } : {}),
    });
    for (const number of [first, first + 1])
      await api.ok<Line>('POST', '/v1/lines', {
        lineGroupId: group.id,
        userName: String(number),
        number: String(number),
        ...(fixed || (kind === 'trunk_registered' && number !== first)
          ? {}
          : { password: `secret${first}` }),
      });
    await api.ok('POST', '/v1/users', {
      userName: `u${first}`,
      displayName: `User ${first}`,
      password: testPassword,
      phones: [{ slot: 'business', number: String(first + 1) }],
    });
  }

  test.each(cases)(
    '$kind over $transport: a call out and a call in, both heard',
    async (one) => {
      const phone = one.transport === 'tls' ? securePhone : plainPhone;
      const page = await chromium.newPage();
      const user = await signInAtClient(page, {
        url: product.url,
        identity: tenant.identity(`u${one.first}`),
        password: testPassword,
      });
      const talk = async () => {
        await phone.waitForEstablished();
        await user.connected();
        await phone.waitToHear(440);
        await waitToHear(page, 1000);
      };

      await user.dial(phone.user);
      await phone.waitForIncoming();
      await phone.accept();
      await talk();
      await user.hangUp();
      await phone.waitForClosed();
      await user.idle();

      await phone.dial(String(one.first + 1));
      await user.ringing(phone.user);
      await user.answer();
      await talk();
      await phone.hangup();
      await user.idle();
      await page.close();

      const registered = await Promise.all(
        [one.first, one.first + 1].map((number) => kamailio.registered(String(number))),
      );
      const expected = { registration: [1, 1], trunk_registered: [1, 0], trunk_static: [0, 0] };
      expect(registered.map(({ length }) => length)).toEqual(expected[one.kind]);
    },
    60_000,
  );

  test('LIN-056 the Register mark moves: the old line is unregistered, the new one registers', async () => {
    const { api } = tenant;
    const { items } = await api.ok<{ items: Line[] }>('GET', '/v1/lines?limit=200');
    const [trunk] = cases.filter(({ kind }) => kind === 'trunk_registered');
    const first = trunk?.first ?? 0;
    const line = (number: number) => items.find((each) => each.number === String(number));
    const other = line(first + 1);
    if (!other) throw new Error('no line');
    // The other number is no account of the PBX: what it registers with is refused, but tried.
    const since = kamailio.records.length;
    await api.ok('PATCH', `/v1/line-groups/${other.lineGroupId}`, { registerLineId: other.id });
    await waitFor('the old line to be unregistered', async () => {
      return (await kamailio.registered(String(first))).length === 0;
    });
    await kamailio.waitFor({ method: 'REGISTER', toUser: String(first + 1) }, { since });
    await api.ok('PATCH', `/v1/line-groups/${other.lineGroupId}`, {
      registerLineId: line(first)?.id,
    });
    await waitFor(
      'the first line to be registered again',
      async () => {
        return (await kamailio.registered(String(first))).length === 1;
      },
      { timeoutMs: 20_000 },
    );
  }, 60_000);

  test('LIN-045 a fixed-IP trunk whose PBX falls silent fails with all its lines', async () => {
    const { api } = tenant;
    const states = async () => {
      const { items } = await api.ok<{ items: Line[] }>('GET', '/v1/lines?limit=200');
      const fixed = cases.filter(({ kind }) => kind === 'trunk_static');
      const numbers = fixed.flatMap(({ first }) => [String(first), String(first + 1)]);
      return items.filter(({ number }) => numbers.includes(number)).map(({ state }) => state);
    };
    await kamailio.kill9();
    await waitFor(
      'all lines of the fixed-IP trunks to fail',
      async () => (await states()).every(({ state }) => state === 'failed'),
      { timeoutMs: 40_000 },
    );
    for (const { reason } of await states()) expect(reason.category).toBe('communication');
    await kamailio.restart();
    await waitFor(
      'them to be open again',
      async () => (await states()).every(({ state }) => state === 'open'),
      { timeoutMs: 40_000 },
    );
  }, 120_000);
});
