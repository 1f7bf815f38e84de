import type { CallRecord, CallTimeline } from '@trunkline/contracts/call-records.ts';
import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import type { Line, LineGroup } from '@trunkline/contracts/lines.ts';
import type { BrowserContextOptions } from 'playwright-core';
import { waitFor } from '../harness/wait-for.ts';
import { type Baresip, type BaresipOptions, startBaresip } from '../peers/baresip/baresip.ts';
import { type Chromium, launchChromium } from '../peers/chromium/chromium.ts';
import { type Kamailio, type KamailioOptions, startKamailio } from '../peers/kamailio/kamailio.ts';
import { type Linphone, type LinphoneOptions, startLinphone } from '../peers/linphone/linphone.ts';
import type { ApiClient } from '../product/api.ts';
import { type ClientUser, signInAtClient } from '../product/client-app.ts';
import { type Product, startProduct } from '../product/product.ts';
import { provisionTenant, type TestTenant, testPassword } from '../product/tenant.ts';

/** What a browser of an office speaks, hertz. */
export const browserHz = 440;
/** Toggled so that one knows when a change has reached the media node; nobody has it. */
const spareNumber = '19';
const passwordOf = (number: string) => `secret${number}`;

/** What may depend on where the PBX listens. */
type AtPbx<T extends object> = T | ((pbx: Kamailio) => T);

function at<T extends object>(pbx: Kamailio, value: AtPbx<T>): T {
  return typeof value === 'function' ? value(pbx) : value;
}

export interface OfficeOptions {
  /** Display name and number; the number is a line of the first group unless another has it. */
  readonly people: Readonly<Record<string, readonly [displayName: string, number: string]>>;
  /** Desk phones at the PBX by number. */
  readonly phones?: Readonly<Record<string, AtPbx<Partial<BaresipOptions>>>>;
  /** Phones that can follow Replaces, by number. */
  readonly softPhones?: Readonly<Record<string, Partial<LinphoneOptions>>>;
  /** Settings of the first line group. */
  readonly group?: Readonly<Record<string, unknown>>;
  /** Further line groups at the same PBX by name: their lines and settings. */
  readonly groups?: Readonly<
    Record<string, { readonly lines: readonly string[]; readonly settings: AtPbx<object> }>
  >;
  /** Users at the PBX whom nobody plays. */
  readonly unregistered?: readonly string[];
  readonly pbx?: Partial<KamailioOptions>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A company: its PBX, desk phones, browsers, and the product between them. */
export interface Office extends AsyncDisposable {
  readonly kamailio: Kamailio;
  readonly product: Product;
  readonly tenant: TestTenant;
  readonly chromium: Chromium;
  phone(number: string): Baresip;
  softPhone(number: string): Linphone;
  group(name: string): LineGroup;
  line(number: string): Promise<Line>;
  /** Signs a person in, on a device of its own. */
  signIn(person: string, overrides?: BrowserContextOptions): Promise<ClientUser>;
  /** Waits until every change made so far has reached the media node. */
  settled(): Promise<void>;
  /** Forwarding and do not disturb of a line, as its user sets them. */
  handling(number: string, handling: Partial<Handling>): Promise<void>;
  /** The calls that ended since the last look, in the order they began, once they are so many. */
  nextCalls(count: number): Promise<CallRecord[]>;
  /** The only call that ended since the last look. */
  nextCall(): Promise<CallRecord>;
  timeline(callId: string): Promise<CallTimeline>;
  /** A person's journal entry of a call. */
  entry(person: string, callId: string): Promise<JournalEntry>;
  /** Ends whatever a failed script left, so that the next one starts from silence. */
  clear(): Promise<void>;
  /** Ends everything in order. */
  stop(): Promise<void>;
}

export interface Handling {
  doNotDisturb: boolean;
  always: string;
  busy: string;
  noAnswer: { number: string; seconds: number };
  signedOut: string;
}

/** Opens an office; all its lines and phones are registered. */
export async function openOffice(options: OfficeOptions): Promise<Office> {
  const lineNumbers = [...Object.values(options.people).map(([, number]) => number), spareNumber];
  const groups = Object.entries(options.groups ?? {});
  const elsewhere = new Set(groups.flatMap(([, { lines }]) => lines));
  const numbers = [
    ...lineNumbers,
    ...elsewhere,
    ...Object.keys(options.phones ?? {}),
    ...Object.keys(options.softPhones ?? {}),
    ...(options.unregistered ?? []),
  ];
  const stack = new AsyncDisposableStack();
  try {
    const kamailio = stack.use(
      await startKamailio({
        users: Object.fromEntries(numbers.map((number) => [number, passwordOf(number)])),
        ...options.pbx,
      }),
    );
    const phones = new Map<string, Baresip>();
    const softPhones = new Map<string, Linphone>();
    const startPhones = async () => {
      for (const [user, phone] of Object.entries(options.phones ?? {}))
        phones.set(
          user,
          stack.use(
            await startBaresip({
              user,
              password: passwordOf(user),
              registrar: kamailio.address,
              // They are told of users by the name of the PBX, which no resolver knows.
              outboundProxy: true,
              ...at(kamailio, phone),
            }),
          ),
        );
      for (const [user, phone] of Object.entries(options.softPhones ?? {}))
        softPhones.set(
          user,
          stack.use(
            await startLinphone({
              user,
              password: passwordOf(user),
              registrar: kamailio.address,
              realm: kamailio.realm,
              ...phone,
            }),
          ),
        );
    };
    const [product, chromium] = await Promise.all([
      startProduct(options.env ? { env: options.env } : {}).then((started) => stack.use(started)),
      launchChromium({ toneHz: browserHz, locale: 'en-GB' }).then((one) => stack.use(one)),
      startPhones(),
    ]);
    const own = lineNumbers.filter((number) => !elsewhere.has(number));
    const tenant = await provisionTenant(product, {
      pbx: kamailio,
      domain: kamailio.realm,
      lines: Object.fromEntries(own.map((number) => [number, passwordOf(number)])),
      people: {},
      lineGroup: options.group ?? {},
    });
    const { api } = tenant;
    const groupOf = new Map<string, LineGroup>();
    for (const [name, { lines, settings }] of groups) {
      const group = await api.ok<LineGroup>('POST', '/v1/line-groups', {
        name,
        locationId: tenant.location.id,
        registrarHost: kamailio.host,
        registrarPort: kamailio.port,
        domain: kamailio.realm,
        expiresSeconds: 60,
        ...at(kamailio, settings),
      });
      groupOf.set(name, group);
      for (const number of lines)
        await api.ok('POST', '/v1/lines', {
          lineGroupId: group.id,
          userName: number,
          number,
          password: passwordOf(number),
        });
    }
    for (const [userName, [displayName, number]] of Object.entries(options.people))
      await api.ok('POST', '/v1/users', {
        userName,
        displayName,
        password: testPassword,
        phones: [{ slot: 'business', number }],
      });
    const office = officeOf({ kamailio, product, tenant, chromium, phones, softPhones, groupOf });
    await Promise.all([
      tenant.linesOpen(),
      ...[...phones.values()].map((phone) => phone.waitForRegistered()),
      ...[...softPhones.values()].map((phone) => phone.waitForRegistered()),
    ]);
    // Whom a line belongs to may reach the node after the line is open.
    await office.settled();
    const all = stack.move();
    const stop = () => all.disposeAsync();
    return { ...office, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

interface Parts {
  readonly kamailio: Kamailio;
  readonly product: Product;
  readonly tenant: TestTenant;
  readonly chromium: Chromium;
  readonly phones: ReadonlyMap<string, Baresip>;
  readonly softPhones: ReadonlyMap<string, Linphone>;
  readonly groupOf: ReadonlyMap<string, LineGroup>;
}

function officeOf(parts: Parts): Omit<Office, 'stop' | typeof Symbol.asyncDispose> {
  const { kamailio, product, tenant, chromium, phones, softPhones, groupOf } = parts;
  const { api } = tenant;
  const seen = new Set<string>();
  const apis = new Map<string, Promise<ApiClient>>();
  let spareInUse = true;

  const line = async (number: string) => {
    const { items } = await api.ok<{ items: Line[] }>('GET', '/v1/lines?limit=200');
    return there(
      items.find((each) => each.number === number),
      `line ${number}`,
    );
  };
  const apiOf = (person: string) => {
    const known = apis.get(person) ?? tenant.as(person);
    apis.set(person, known);
    return known;
  };

  const nextCalls = async (count: number) => {
    let last: CallRecord[] = [];
    const found = await waitFor(
      `${count} calls to have ended`,
      async () => {
        const { items } = await api.ok<{ items: CallRecord[] }>('GET', '/v1/calls?limit=100');
        last = items.filter(({ id }) => !seen.has(id));
        return last.length >= count && last.every(({ endedAt }) => endedAt !== null) ? last : null;
      },
      { explain: () => JSON.stringify(last, null, 1) },
    );
    for (const { id } of found) seen.add(id);
    if (found.length !== count)
      throw new Error(`${found.length} calls, not ${count}: ${JSON.stringify(found, null, 1)}`);
    return found.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  };

  return {
    kamailio,
    product,
    tenant,
    chromium,
    phone: (number) => there(phones.get(number), `phone ${number}`),
    softPhone: (number) => there(softPhones.get(number), `soft phone ${number}`),
    group: (name) => there(groupOf.get(name), `group ${name}`),
    line,
    async signIn(person, overrides) {
      return signInAtClient(await chromium.newPage(overrides), {
        url: product.url,
        identity: tenant.identity(person),
        password: testPassword,
      });
    },
    async settled() {
      spareInUse = !spareInUse;
      const { id } = await line(spareNumber);
      await api.ok('PATCH', `/v1/lines/${id}`, { useLine: spareInUse });
      // The node has a tenant's settings as one document: with this change it has all before it.
      await waitFor('the media node to follow', async () => {
        const bound = (await kamailio.registered(spareNumber)).length > 0;
        return bound === spareInUse;
      });
    },
    async handling(number, handling) {
      const { id } = await line(number);
      const { doNotDisturb = false, ...forwarding } = handling;
      await api.ok('PUT', `/v1/lines/${id}/call-handling`, {
        doNotDisturb,
        forwarding: { always: null, busy: null, noAnswer: null, signedOut: null, ...forwarding },
      });
    },
    async clear() {
      await Promise.all([...phones.values()].map((phone) => phone.clear()));
      for (const phone of softPhones.values()) phone.hangUp();
      await Promise.all([...softPhones.values()].map((phone) => phone.waitForIdle()));
      // A call that still rings at nobody's end the product gives up by itself.
      const { items } = await waitFor('all calls to end', async () => {
        const page = await api.ok<{ items: CallRecord[] }>('GET', '/v1/calls?limit=100');
        return page.items.every(({ endedAt }) => endedAt !== null) && page;
      });
      for (const { id } of items) seen.add(id);
    },
    nextCalls,
    nextCall: async () => there((await nextCalls(1))[0], 'call'),
    timeline: (callId) => api.ok<CallTimeline>('GET', `/v1/calls/${callId}`),
    async entry(person, callId) {
      const personal = await apiOf(person);
      return waitFor(`the journal entry of ${person}`, async () => {
        const { items } = await personal.ok<{ items: JournalEntry[] }>('GET', '/v1/journal');
        return items.find((entry) => entry.callId === callId);
      });
    },
  };
}

function there<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
}
