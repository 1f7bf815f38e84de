import type { IncomingMessage, Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { openDatabase } from '@trunkline/database/connect.ts';
import type { LoginRole } from '@trunkline/database/roles.ts';
import { type CallRetention, sweepCalls } from '@trunkline/services/calls/sweep-calls.ts';
import { sweepCaptures } from '@trunkline/services/captures/sweep-captures.ts';
import type { OpenPlatform } from '@trunkline/services/core/open-platform.ts';
import { sweepIdempotencyKeys } from '@trunkline/services/idempotency/idempotency.ts';
import { createControlApp } from '../app.ts';
import type { RequestLimits } from '../http/rate-limit.ts';
import { startChangeFeed } from '../link/change-feed.ts';
import { createLinkServer } from '../link/link-server.ts';
import { clientAddressOf } from './client-address.ts';
import { serveLinkSockets } from './link-sockets.ts';
import { packagedReference } from './reference-script.ts';

export interface ControlPlaneOptions {
  readonly platform: OpenPlatform;
  readonly databaseUrls: Readonly<Record<LoginRole, string>>;
  /** 0 = a free one. */
  readonly port: number;
  readonly host: string;
  /** Peers whose X-Forwarded-For counts: the edges in front. */
  readonly trustedProxies: readonly string[];
  readonly callRetention: CallRetention;
  readonly limits?: RequestLimits;
}

export interface ControlPlane {
  readonly port: number;
  /** Takes no more requests and waits for those under way. */
  stop(): Promise<void>;
}

const closeGraceMs = 5_000;
const readyTimeoutMs = 1_500;
const sweepMs = 10 * 60_000;
const hourlySweepMs = 60 * 60_000;

/** Starts the control plane in this process: HTTP, links, change feed. Closes the platform at its end. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { platform, databaseUrls, port, host, limits } = options;
  const { log, clock } = platform;
  const app = createControlApp({
    platform,
    publicUrl: platform.issuer,
    docs: packagedReference(),
    ready: () => isReady(platform),
    ...(limits && { limits }),
  });
  const trusted = new Set(options.trustedProxies);
  const addressOf = (request: IncomingMessage) =>
    clientAddressOf(
      request.socket.remoteAddress,
      request.headers['x-forwarded-for']?.toString(),
      trusted,
    );
  const server = createAdaptorServer({
    fetch: (request, env) =>
      app.fetch(request, { clientAddress: addressOf(env.incoming as IncomingMessage) }),
    serverOptions: {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
    },
  }) as Server;
  const links = createLinkServer(platform);
  const sockets = serveLinkSockets(server, links, log);
  const feed = startChangeFeed({
    worker: platform.handles.worker,
    openListener: () =>
      openDatabase({ url: databaseUrls.worker, max: 1, name: 'trunkline change feed' }),
    onHint: (hint) => links.hint(hint),
    onGap: () => links.noticesLost(),
    onRound: () => links.resync(),
    clock,
    log,
  });
  const sweeps = [
    setInterval(() => {
      sweepIdempotencyKeys(platform).catch((error: unknown) =>
        log.warn({ err: error }, 'old idempotency keys not removed'),
      );
    }, sweepMs),
    setInterval(() => {
      sweepCaptures(platform).catch((error: unknown) =>
        log.warn({ err: error }, 'old captures not removed'),
      );
    }, hourlySweepMs),
    setInterval(() => {
      sweepCalls(platform, options.callRetention).catch((error: unknown) =>
        log.warn({ err: error }, 'old calls not removed'),
      );
    }, hourlySweepMs),
  ];
  const bound = await listen(server, port, host);
  return {
    port: bound,
    async stop() {
      for (const sweep of sweeps) clearInterval(sweep);
      links.close();
      sockets.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), closeGraceMs);
      await closed;
      clearTimeout(force);
      await feed.stop();
      await platform.close();
    },
  };
}

/** True when there is a key to sign with and the database answers in time. */
async function isReady(platform: OpenPlatform): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TrunklineError('unavailable')), readyTimeoutMs);
  });
  const answers = Promise.all([
    platform.handles.app.sql`select 1`,
    platform.signingKeys.active('token'),
  ]);
  try {
    await Promise.race([answers, late]);
    return true;
  } catch (error) {
    platform.log.debug({ err: error }, 'not ready');
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
