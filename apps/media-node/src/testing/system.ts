import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeviceId, newId, type TenantId, type UserId } from '@trunkline/contracts/ids.ts';
import type { LineState } from '@trunkline/contracts/lines.ts';
import type { NodeTenantConfig } from '@trunkline/contracts/node-config.ts';
import { systemClock } from '@trunkline/platform/clock.ts';
import type { NodeIdentity } from '@trunkline/platform/identity.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { makeIdentity } from '@trunkline/platform/node/identity-file.ts';
import { generateSigningKey } from '@trunkline/platform/tokens.ts';
import type { TimerSettings } from '@trunkline/sip/transaction/timers.ts';
import { vi } from 'vitest';
import type { CallBounds } from '../calls/bounds.ts';
import type { RtpengineHosts } from '../media-engine.ts';
import { type MediaNode, startMediaNode } from '../node.ts';
import { systemScheduler } from '../scheduler.ts';
import { LinkPeers } from './link-peers.ts';
import { TestPbx } from './pbx.ts';
import { type TestTenant, type TestTenantOptions, testTenant } from './tenant.ts';

/** Hang guard of every wait in integration tests. */
export const wait = { timeout: 20_000, interval: 20 };

type Group = NodeTenantConfig['lineGroups'][number];

export interface SystemOptions {
  group?: Partial<Group>;
  firstLineUsers?: Parameters<typeof testTenant>[1];
  bounds?: Partial<CallBounds>;
  tenant?: TestTenantOptions;
  /** How far the node's monotonic clock has been put forward, milliseconds. */
  monotonicAheadMs?: () => number;
  /** Of the node's SIP transactions. */
  sipTimers?: Partial<TimerSettings>;
  /** In place of the embedded engine. */
  rtpengine?: RtpengineHosts;
}

/** Surroundings of a media node: control plane, edge, PBX, a tenant, a folder. */
export interface Surroundings {
  folder: string;
  identity: NodeIdentity;
  peers: LinkPeers;
  pbx: TestPbx;
  tenant: TestTenant;
  /** Anna's browser. */
  anna: Whom;
  ben: Whom;
  close(): Promise<void>;
}

export interface Whom {
  tenant: TenantId;
  userId: UserId;
  deviceId: DeviceId;
}

/** Starts what surrounds a node and publishes the tenant's configuration. */
export async function surroundings(options: SystemOptions = {}): Promise<Surroundings> {
  const folder = await mkdtemp(join(tmpdir(), 'tl-node-'));
  const configKey = await generateSigningKey();
  const identity = await makeIdentity('node');
  identity.configKeys = { keys: [{ ...configKey.publicJwk }] };
  const peers = await LinkPeers.listen(identity, configKey);
  const pbx = await TestPbx.listen();
  const tenant = testTenant(
    { registrarPort: pbx.port, ...options.group },
    options.firstLineUsers,
    options.tenant,
  );
  const { id } = tenant.config.tenant;
  await peers.publish({ section: `tenant/${id}`, epoch: 1, version: 1, payload: tenant.config });
  const whom = (userId: UserId): Whom => ({ tenant: id, userId, deviceId: newId('device') });
  return {
    folder,
    identity,
    peers,
    pbx,
    tenant,
    anna: whom(tenant.anna),
    ben: whom(tenant.ben),
    async close() {
      await peers.close();
      await pbx.close();
      await rm(folder, { recursive: true });
    },
  };
}

export interface System extends Surroundings {
  node: MediaNode;
}

/** A media node in this process with its surroundings, both lines registered. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const around = await surroundings(options);
  const node = await startMediaNode({
    identity: around.identity,
    folder: around.folder,
    controlUrl: `${around.peers.url}/v1/link`,
    edgeUrl: `${around.peers.url}/v1/node-link`,
    sip: {
      bindAddress: '127.0.0.1',
      port: 0,
      advertisedAddress: '127.0.0.1',
      ...(options.sipTimers ? { timers: options.sipTimers } : {}),
    },
    rtp: { portMin: 0, portMax: 0 },
    engineProcesses: 1,
    iceAddresses: ['127.0.0.1'],
    rtpengine: options.rtpengine,
    time: {
      ...systemClock,
      ...systemScheduler,
      monotonic: () => systemClock.monotonic() + (options.monotonicAheadMs?.() ?? 0),
    },
    logger: createLogger({ name: 'media-node', level: 'error' }),
    ...(options.bounds ? { bounds: options.bounds } : {}),
  });
  await linesOpen(around);
  return {
    ...around,
    node,
    async close() {
      await node.close();
      await around.close();
    },
  };
}

/** Waits until every line of the tenant is registered. */
export async function linesOpen({ peers, tenant }: Surroundings): Promise<void> {
  const ids = tenant.config.lineGroups.flatMap((group) => group.lines.map((line) => line.id));
  await vi.waitFor(() => {
    const states = new Map<string, LineState['state']>();
    for (const frame of peers.edgeFrames)
      if (frame.t === 'line.state') states.set(frame.lineId, frame.state.state);
      else if (frame.t === 'serving')
        for (const served of Object.values(frame.tenants))
          for (const [lineId, { state }] of Object.entries(served.lines)) states.set(lineId, state);
    const closed = ids.filter((lineId) => states.get(lineId) !== 'open');
    if (closed.length > 0) throw new Error(`not open: ${closed.join(' ')}`);
  }, wait);
}
