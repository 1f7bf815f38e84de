import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newBranch } from '../ids.ts';
import { createResponse } from '../message/build.ts';
import { Headers } from '../message/headers.ts';
import { SipRequest, type SipResponse } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryNetwork } from '../testing/memory-network.ts';
import { STANDING_SEED, walkSeed } from '../testing/seed.ts';
import {
  EVENTS,
  expected,
  INITIAL,
  type MachineKind,
  RUNNING,
} from '../testing/transaction-reference.ts';
import type { SipTransport } from '../transport/transport.ts';
import { createAck } from './ack.ts';
import { INVITE_CLIENT } from './invite-client.ts';
import { INVITE_SERVER } from './invite-server.ts';
import { TransactionLayer, type TransactionUser } from './layer.ts';
import { type Action, Machine, type MachineTable } from './machine.ts';
import { NON_INVITE_CLIENT } from './non-invite-client.ts';
import { NON_INVITE_SERVER } from './non-invite-server.ts';
import type { ServerTransaction } from './server-transaction.ts';
import { DEFAULT_TIMERS } from './timers.ts';

type AnyTable = MachineTable<string, string>;
type AnyMachine = Machine<string, string, unknown>;

const SEED = walkSeed();
const TABLES: readonly (readonly [MachineKind, AnyTable])[] = [
  ['INVITE client', INVITE_CLIENT],
  ['non-INVITE client', NON_INVITE_CLIENT],
  ['INVITE server', INVITE_SERVER],
  ['non-INVITE server', NON_INVITE_SERVER],
];

const visible = (actions: readonly Action[]) =>
  actions.flatMap((action) => {
    if (action.do === 'fail') return [action.cause];
    return action.do === 'transmit' || action.do === 'deliver' || action.do === 'acknowledge'
      ? [action.do]
      : [];
  });

describe.each(TABLES)('%s: every state × every input', (kind, table) => {
  test('says what the reference says, and ignores what it does not name', () => {
    for (const state of Object.keys(RUNNING[kind])) {
      for (const event of EVENTS[kind]) {
        const rule = table[state]?.[event];
        const told = rule && { next: rule.next, outputs: visible(rule.actions) };
        expect([state, event, told]).toEqual([state, event, expected(kind, state, event)]);
      }
    }
    expect(Object.keys(table).sort()).toEqual(Object.keys(RUNNING[kind]).sort());
  });
});

/** Every rule that was used, over all walks: `kind state event`. */
const used = new Set<string>();
/** Where the reference says each machine is. */
let model = new WeakMap<object, string>();

interface Inside {
  table: AnyTable;
  repeating: string | undefined;
  waiting: string | undefined;
}

beforeEach(() => {
  model = new WeakMap();
  const original = Machine.prototype.fire;
  vi.spyOn(Machine.prototype, 'fire').mockImplementation(function (
    this: AnyMachine,
    event: string,
    message?: unknown,
  ) {
    const inside = this as unknown as Inside;
    const { table } = inside;
    const kind = TABLES.find(([, known]) => known === table)?.[0];
    if (kind === undefined) throw new Error('unknown machine');
    const before = model.get(this) ?? INITIAL[kind];
    expect(this.state).toBe(before);
    const rule = expected(kind, before, event);
    if (rule !== undefined) used.add(`${kind} ${before} ${event}`);
    model.set(this, rule?.next ?? before);
    const taken = original.call(this, event as never, message);
    expect(taken).toBe(rule !== undefined);
    const after = model.get(this) ?? '';
    expect(this.state).toBe(after);
    if (rule !== undefined) {
      // No timer of another state runs; those of this state do, but for one that has just fired.
      const names = RUNNING[kind][after] ?? '';
      const running = [inside.repeating, inside.waiting].filter((timer) => timer !== undefined);
      for (const timer of running) expect(`${kind} ${after} ${names}`).toContain(timer);
      if (after === 'terminated') expect(running).toEqual([]);
    }
    return taken;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** What becomes of a datagram, and whether the sender hears of an error. */
const fate = fc.record({
  delays: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 60 }).map((ms) => [ms]) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9_000 })),
    },
    { weight: 1, arbitrary: fc.integer({ min: 500, max: 6_000 }).map((ms) => [ms]) },
  ),
  luck: fc.integer({ min: 0, max: 99 }),
  errorAfter: fc.integer({ min: 0, max: 900 }),
});

const script = fc.record({
  invite: fc.boolean(),
  /** Per cent lost, each direction: none, some, most, all. */
  lossThere: fc.constantFrom(0, 30, 80, 100),
  lossBack: fc.constantFrom(0, 30, 80, 100),
  /** Per cent of sends that report an error. */
  errors: fc.constantFrom(0, 0, 20, 60),
  /** What the server's user sends, and when. */
  answers: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 20_000 }),
      status: fc.constantFrom(100, 180, 183, 200, 200, 202, 302, 404, 486, 503, 603),
    }),
    { minLength: 0, maxLength: 5 },
  ),
  /** An ACK to a 2xx that has the branch of the INVITE, as RFC 2543 peers send it. */
  oldAck: fc.boolean(),
  fates: fc.infiniteStream(fate),
});

type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

const CLIENT = { address: '10.0.0.1', port: 5060 };
const SERVER = { address: '10.0.0.2', port: 5060 };

function request(method: string): SipRequest {
  return new SipRequest(
    method,
    'sip:b@x.example',
    new Headers()
      .append('Via', `SIP/2.0/UDP ${CLIENT.address}:5060;branch=${newBranch()}`)
      .append('From', '<sip:a@x.example>;tag=a')
      .append('To', '<sip:b@x.example>')
      .append('Call-ID', 'c1')
      .append('CSeq', `1 ${method}`),
  );
}

/** Plays one transaction; gives what both users were told. */
function play(s: Script) {
  const clock = new FakeClock();
  const network = new MemoryNetwork(clock);
  const luck = s.fates[Symbol.iterator]();
  const next = () => luck.next().value as { delays: number[]; luck: number; errorAfter: number };
  network.weather = ({ from }) => {
    const { delays, luck: percent } = next();
    const loss = from.address === CLIENT.address ? s.lossThere : s.lossBack;
    return percent < loss ? [] : delays;
  };
  const layer = (local: typeof CLIENT, user: TransactionUser) => {
    let transport: SipTransport | undefined;
    const made = new TransactionLayer({
      clock,
      timers: DEFAULT_TIMERS,
      maxTransactions: 100,
      isReliable: () => false,
      user,
      send: (_message, bytes, to, failed) => {
        transport?.send(bytes, to, failed);
        const { luck: percent, errorAfter } = next();
        if (percent < s.errors) clock.setTimer(() => failed(new Error('EIO')), errorAfter);
      },
    });
    transport = network.open(local, {
      broken: () => {},
      received: (bytes, from) => {
        const message = parseMessage(bytes);
        if (message.kind === 'response') made.receiveResponse(message);
        else made.receiveRequest(message, from, 'udp');
      },
    });
    return made;
  };
  const client: string[] = [];
  const server: string[] = [];
  const sent = new Set<string>();
  const serve = (transaction: ServerTransaction): void => {
    const { request } = transaction;
    server.push(request.method);
    // It surfaces once: a copy so late that its transaction is over is a new request to anybody.
    expect(callee.size).toBe(1);
    transaction.user = {
      onAck: () => server.push('ACK in the transaction'),
      onFailure: (cause) => server.push(cause),
    };
    for (const { at, status } of s.answers) {
      clock.setTimer(() => {
        const response = createResponse(request, status, { toTag: 't' });
        if (transaction.respond(response)) sent.add(String(status));
      }, at);
    }
  };
  const callee: TransactionLayer = layer(SERVER, {
    onRequest: serve,
    onAck: () => server.push('ACK'),
  });
  const caller = layer(CLIENT, { onRequest: () => {}, onAck: () => {} });
  const first = request(s.invite ? 'INVITE' : 'OPTIONS');
  const hop = { ...SERVER, transport: 'udp' as const };
  caller.request(first, hop, {
    onResponse: (response: SipResponse) => {
      client.push(String(response.statusCode));
      if (!s.invite || response.statusCode < 200 || response.statusCode > 299 || !s.oldAck) return;
      const ack = createAck(first, response);
      for (const ms of next().delays) {
        clock.setTimer(() => callee.receiveRequest(ack, CLIENT, 'udp'), ms);
      }
    },
    onFailure: (cause) => client.push(cause),
  });
  clock.advance(400_000);
  return { client, server, sent, caller, callee, clock };
}

function check(s: Script): void {
  const { client, server, sent, caller, callee, clock } = play(s);
  const finals = client.filter((line) => /^[2-6]/.test(line));
  const failures = client.filter((line) => line === 'timeout' || line === 'transport');
  const refusals = finals.filter((line) => !line.startsWith('2'));
  // Told once how it ended: by a final response or a failure. Only a 2xx to INVITE may repeat.
  expect(failures.length).toBeLessThanOrEqual(1);
  expect(refusals.length).toBeLessThanOrEqual(1);
  if (refusals.length === 1) expect(finals).toHaveLength(1);
  if (!s.invite) expect(finals.length).toBeLessThanOrEqual(1);
  if (finals.length > 0 && finals[0]?.startsWith('2')) expect(failures).not.toContain('timeout');
  // Nothing is told that nobody said, and nothing provisional after the end.
  for (const status of [...finals, ...client.filter((line) => /^1/.test(line))]) {
    expect(sent).toContain(status);
  }
  const end = client.findIndex((line) => !/^1/.test(line));
  if (end >= 0) expect(client.slice(end).some((line) => /^1/.test(line))).toBe(false);
  const surfaced = server.filter((line) => line === 'INVITE' || line === 'OPTIONS');
  if (s.lossThere === 100) expect(server).toEqual([]);
  if (s.lossThere === 0 && s.lossBack === 0 && s.errors === 0)
    expect(surfaced.length).toBeGreaterThan(0);
  // A non-INVITE always ends; an INVITE that nobody answers finally may ring for ever.
  if (!s.invite) expect(finals.length + failures.length).toBe(1);
  const ringing = s.invite && end < 0;
  if (!ringing && server.length === 0) expect(caller.size).toBe(0);
  const open = s.answers.every(({ status }) => status < 200);
  if (!ringing) expect(caller.size).toBe(0);
  if (!open) expect(callee.size).toBe(0);
  caller.close();
  callee.close();
  expect(clock.pending).toBe(0);
}

describe(`transactions over a network that loses, doubles and reorders (seed ${SEED})`, () => {
  test('walks agree with the reference at every step and keep their promises', () => {
    fc.assert(fc.property(script, check), { seed: SEED, numRuns: 2_000 });
  }, 60_000);

  // Another seed may miss a rare rule; the steps it takes are checked all the same.
  test.runIf(SEED === STANDING_SEED)('together the walks used every rule of every table', () => {
    const all = TABLES.flatMap(([kind, table]) =>
      Object.entries(table).flatMap(([state, events]) =>
        Object.keys(events).map((event) => `${kind} ${state} ${event}`),
      ),
    );
    expect(all.filter((rule) => !used.has(rule))).toEqual([]);
    expect(used.size).toBe(all.length);
  });
});
