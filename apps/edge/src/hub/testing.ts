import type { AccessClaims } from '@trunkline/contracts/auth.ts';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { type MediaNodeId, newId, type TenantId, type UserId } from '@trunkline/contracts/ids.ts';
import type { EdgeToNode, NodeToEdge } from '@trunkline/contracts/link.ts';
import { realtimeVersion, type ServerFrame } from '@trunkline/contracts/realtime.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { createLocalBus } from './bus.ts';
import type { ClientConnection } from './client-connection.ts';
import { createHub, type Hub } from './hub.ts';
import type { HubLimits } from './limits.ts';
import type { HubSocket, HubStore, ManualPresence } from './ports.ts';
import type { NodeAuthority } from './tenant-gate.ts';

/** A clock that moves when the test says so; both faces move together. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}
export function testClock(start = Date.parse('2026-11-23T09:00:00.000Z')): TestClock {
  let elapsed = 0;
  return {
    now: () => new Date(start + elapsed),
    monotonic: () => elapsed,
    advance: (ms) => {
      elapsed += ms;
    },
  };
}

/** The socket half the hub writes to; records what came out. */
export class RecordedSocket implements HubSocket {
  readonly frames: string[] = [];
  bufferedBytes = 0;
  closedWith: number | 'cut' | undefined;

  send(text: string): void {
    if (this.closedWith === undefined) this.frames.push(text);
  }
  close(code: number): void {
    this.closedWith ??= code;
  }
  cut(): void {
    this.closedWith ??= 'cut';
  }
}

/** Lets promises that are ready run on; the hub's own work needs no more. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

export interface Account {
  tenant: TenantId;
  userId: UserId;
}

export interface Rig {
  hub: Hub;
  clock: TestClock;
  store: HubStore & { manual: Map<string, ManualPresence | null>; failing: boolean };
  /** Whether fresh tokens are to be had. */
  control: { reachable: boolean };
  /** Whom nodes serve; everybody, unless the test says otherwise. */
  authority: { mayServe: NodeAuthority };
  /** What the hub logged, warnings and worse. */
  log: string[];
  token(account: Account, over?: Partial<AccessClaims>): string;
  client(
    token: string,
    resume?: { token: string; seq: number },
    capabilities?: string[],
  ): Promise<TestClient>;
  node(id?: MediaNodeId, bootEpoch?: number): Promise<TestNode>;
}

/** A hub with everything injected; tokens are claims in JSON, signatures are another test's. */
export function rig(limits: Partial<HubLimits> = {}): Rig {
  const clock = testClock();
  const log: string[] = [];
  const control = { reachable: true };
  const authority: Rig['authority'] = { mayServe: async () => true };
  const store: Rig['store'] = {
    manual: new Map(),
    failing: false,
    async getManual(claims) {
      if (store.failing) throw new TrunklineError('unavailable');
      return store.manual.get(claims.sub) ?? null;
    },
    async setManual(claims, input) {
      if (store.failing) throw new TrunklineError('unavailable');
      const value = input.state ? input : null;
      store.manual.set(claims.sub, value);
      return value;
    },
  };
  const hub = createHub({
    origin: 'edge-1',
    verifyToken: async (token, { ignoreExpiry = false } = {}) => {
      const claims = JSON.parse(token) as AccessClaims;
      if (!ignoreExpiry && clock.now().getTime() >= claims.exp * 1000)
        throw new TrunklineError('session_expired');
      return claims;
    },
    verifyNode: async (_id, assertion) => {
      if (assertion !== 'good') throw new TrunklineError('unauthenticated');
    },
    mayServe: (nodeId, tenant) => authority.mayServe(nodeId, tenant),
    store,
    bus: createLocalBus(),
    clock,
    logger: createLogger({ name: 'hub', level: 'warn', write: (line) => log.push(line) }),
    canRenew: () => control.reachable,
    limits,
  });
  return {
    hub,
    clock,
    store,
    control,
    authority,
    log,
    token(account, over = {}) {
      const iat = Math.floor(clock.now().getTime() / 1000);
      const claims: AccessClaims = {
        iss: 'http://localhost',
        aud: 'trunkline',
        sub: account.userId,
        tid: account.tenant,
        did: newId('device'),
        sid: newId('session'),
        scope: 'client',
        name: 'Anna',
        lang: 'de',
        iat,
        exp: iat + 600,
        jti: crypto.randomUUID(),
        ...over,
      };
      return JSON.stringify(claims);
    },
    async client(token, resume, capabilities = []) {
      const socket = new RecordedSocket();
      const client = new TestClient(hub.openClient(socket), socket);
      client.send({
        t: 'hello',
        version: realtimeVersion,
        token,
        capabilities,
        ...(resume && { resume }),
      });
      await settled();
      return client;
    },
    async node(id = newId('mediaNode'), bootEpoch = 1) {
      const socket = new RecordedSocket();
      const node = new TestNode(id, hub.openNode(socket), socket);
      node.send({
        t: 'hello',
        version: 1,
        role: 'node',
        id,
        bootEpoch,
        assertion: 'good',
        capabilities: [],
      });
      await settled();
      return node;
    },
  };
}

export type ServerEvent = ServerFrame & { t: 'event' };

/** One tab, seen from its end of the socket. */
export class TestClient {
  readonly connection: ClientConnection;
  readonly socket: RecordedSocket;
  constructor(connection: ClientConnection, socket: RecordedSocket) {
    this.connection = connection;
    this.socket = socket;
  }
  send(frame: object): void {
    this.connection.receive(JSON.stringify(frame));
  }
  get frames(): ServerFrame[] {
    return this.socket.frames.map((text) => JSON.parse(text) as ServerFrame);
  }
  get hello(): (ServerFrame & { t: 'hello' }) | undefined {
    return this.frames.find((frame) => frame.t === 'hello');
  }
  get bye(): string | undefined {
    return this.frames.find((frame) => frame.t === 'bye')?.code;
  }
  get numbered(): (ServerFrame & { t: 'event' | 'result' })[] {
    return this.frames.filter((frame) => frame.t === 'event' || frame.t === 'result');
  }
  get lastSeq(): number {
    return this.numbered.at(-1)?.seq ?? 0;
  }
  events<T extends ServerEvent['type']>(type: T): (ServerEvent & { type: T })['data'][] {
    return this.frames.flatMap((frame) =>
      frame.t === 'event' && frame.type === type ? [frame.data as never] : [],
    );
  }
  result(id: string): (ServerFrame & { t: 'result' }) | undefined {
    return this.frames.find((frame) => frame.t === 'result' && frame.id === id) as never;
  }
  /** Loses the socket without a word. */
  drop(): void {
    this.socket.closedWith ??= 1006;
    this.connection.closed(1006);
  }
}

/** A media node, seen from its end of the link. */
export class TestNode {
  readonly id: MediaNodeId;
  readonly connection: { receive(text: string): void; closed(): void };
  readonly socket: RecordedSocket;
  constructor(id: MediaNodeId, connection: TestNode['connection'], socket: RecordedSocket) {
    this.id = id;
    this.connection = connection;
    this.socket = socket;
  }
  send(frame: NodeToEdge): void {
    this.connection.receive(JSON.stringify(frame));
  }
  /** Sends, and waits until it was checked whether the node may say so. */
  async tell(frame: NodeToEdge): Promise<void> {
    this.send(frame);
    await settled();
  }
  async serve(
    accounts: Account[],
    calls: { account: Account; call: CallView }[] = [],
  ): Promise<void> {
    const tenants: Extract<NodeToEdge, { t: 'serving' }>['tenants'] = {};
    for (const { tenant, userId } of accounts) {
      tenants[tenant] ??= { users: [], lines: {}, calls: [] };
      tenants[tenant].users.push(userId);
    }
    for (const { account, call } of calls)
      tenants[account.tenant]?.calls.push({ userId: account.userId, call });
    await this.tell({ t: 'serving', tenants });
  }
  get frames(): EdgeToNode[] {
    return this.socket.frames.map((text) => JSON.parse(text) as EdgeToNode);
  }
  get commands(): (EdgeToNode & { t: 'command' })[] {
    return this.frames.filter((frame) => frame.t === 'command');
  }
  get rung(): (EdgeToNode & { t: 'ring.result' })[] {
    return this.frames.filter((frame) => frame.t === 'ring.result');
  }
  drop(): void {
    this.socket.closedWith ??= 1006;
    this.connection.closed();
  }
}

export function account(tenant: TenantId = newId('tenant')): Account {
  return { tenant, userId: newId('user') };
}

export function callView(over: Partial<CallView> = {}): CallView {
  return {
    id: newId('call'),
    direction: 'incoming',
    state: 'ringing',
    remote: { number: '+493012345', display: '+49 30 12345', name: null, userId: null },
    lineId: newId('line'),
    lineNumber: '20',
    deviceId: null,
    startedAt: '2026-11-23T09:00:00.000Z',
    answeredAt: null,
    hideReject: false,
    emergency: false,
    held: false,
    remoteHeld: false,
    functions: [],
    forwardedBy: null,
    pbxEncrypted: null,
    transferring: false,
    end: null,
    ...over,
  };
}
