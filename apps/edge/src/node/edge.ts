import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { openDatabase } from '@trunkline/database/connect.ts';
import { type Clock, systemClock } from '@trunkline/platform/clock.ts';
import type { NodeIdentity } from '@trunkline/platform/identity.ts';
import type { Link } from '@trunkline/platform/link-client.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import { createAccessTokenVerifier } from '@trunkline/platform/tokens.ts';
import { getLinkKey } from '@trunkline/services/link/get-link-key.ts';
import { nodeServes } from '@trunkline/services/link/node-serves.ts';
import { createEdgeApp } from '../app.ts';
import { connectControlPlane } from '../control-link.ts';
import { createGateway } from '../gateway.ts';
import { allowedOrigins } from '../http/origins.ts';
import { createLocalBus } from '../hub/bus.ts';
import { createHub, type Hub } from '../hub/hub.ts';
import type { HubLimits } from '../hub/limits.ts';
import { createHubStore } from '../hub-store.ts';
import { createJwksSource } from '../jwks-source.ts';
import { createNodeVerifier } from '../node-verifier.ts';
import { createVerbContext } from '../routes/verb-context.ts';
import { createWebApps } from '../static/web-app.ts';
import { withinTime } from '../within-time.ts';
import { createHttpServer } from './http-server.ts';
import { keySetFile } from './key-set-file.ts';
import { createWebFiles } from './web-files.ts';
import { serveWebSockets } from './web-sockets.ts';

export interface EdgeOptions {
  port: number;
  bindAddress: string;
  publicUrl: string;
  trustedProxies: readonly string[];
  controlPlaneUrl: string;
  databaseUrls: { app: string; router: string };
  databasePool: number;
  /** Folder of this process. */
  dataDir: string;
  /** Folder with `client/dist` and `portal/dist`. */
  webRoot: string;
  identity: NodeIdentity;
  /** File with demo accounts, where there are any. */
  demoAccountsFile?: string | undefined;
  logger: Logger;
  clock?: Clock;
  limits?: Partial<HubLimits>;
}

export interface Edge {
  readonly port: number;
  readonly hub: Hub;
  stop(): Promise<void>;
}

const sweepMs = 1000;
const keyRefreshMs = 5 * 60_000;
const keyRetryMs = 500;
const readyTimeoutMs = 1500;
/** Frames of a node do not wait longer to learn whether it serves their tenant. */
const authorityTimeoutMs = 2000;
const closeGraceMs = 3000;

/** Starts an edge in this process: HTTP, sockets, hub, and the link to the control plane. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { publicUrl, controlPlaneUrl, logger, clock = systemClock } = options;
  const jwks = createJwksSource({
    controlPlaneUrl,
    store: keySetFile(join(options.dataDir, 'jwks.json')),
    logger,
  });
  const verifyToken = createAccessTokenVerifier({ issuer: publicUrl, jwks: jwks.get, clock });
  const pool = (url: string, max: number) => openDatabase({ url, max, name: 'trunkline-edge' });
  const app = pool(options.databaseUrls.app, options.databasePool);
  const router = pool(options.databaseUrls.router, 2);
  const verbContext = createVerbContext({ db: { app: app.db, router: router.db }, clock });
  let control: Link | undefined;
  const hub = createHub({
    origin: options.identity.id,
    verifyToken,
    verifyNode: createNodeVerifier({
      keyOf: (nodeId) => getLinkKey(router.db, 'node', nodeId),
      clock,
    }),
    mayServe: (nodeId, tenant) =>
      withinTime(nodeServes(router.db, nodeId, tenant), authorityTimeoutMs),
    store: createHubStore(verbContext, logger),
    bus: createLocalBus(),
    clock,
    logger,
    canRenew: () => control?.up ?? false,
    ...(options.limits && { limits: options.limits }),
  });

  async function databaseAnswers(): Promise<boolean> {
    const late = new Promise<never>((_resolve, reject) => {
      setTimeout(() => reject(new TrunklineError('unavailable')), readyTimeoutMs).unref();
    });
    try {
      await Promise.race([app.sql`select 1`, late]);
      return true;
    } catch (error) {
      logger.debug({ err: error }, 'database does not answer');
      return false;
    }
  }

  const { demoAccountsFile } = options;
  const webFiles = (name: string) => createWebFiles(join(options.webRoot, name, 'dist'));
  const http = createHttpServer({
    fetch: createEdgeApp({
      verifyToken,
      verbContext,
      hub,
      gateway: createGateway({ controlPlaneUrl, publicUrl, logger }),
      webApps: createWebApps({
        apps: [
          { base: '/portal/', files: webFiles('portal') },
          { base: '/', files: webFiles('client') },
        ],
        publicUrl,
      }),
      ready: async () => jwks.known && (await databaseAnswers()),
      ...(demoAccountsFile && {
        demoAccounts: async () => JSON.parse(await readFile(demoAccountsFile, 'utf8')),
      }),
      clock,
      logger,
    }).fetch,
    trustedProxies: options.trustedProxies,
  });
  const sockets = serveWebSockets(http.server, {
    hub,
    addressOf: http.addressOf,
    origins: allowedOrigins(publicUrl),
    clock,
    logger,
  });

  let stopped = false;
  let keyTimer: NodeJS.Timeout | undefined;
  /** Has the keys before the first user comes, and newer ones now and then. */
  const refreshKeys = async () => {
    try {
      await jwks.refresh();
    } catch (error) {
      logger.debug({ err: error }, 'no signing keys yet');
    }
    if (!stopped) keyTimer = setTimeout(refreshKeys, jwks.known ? keyRefreshMs : keyRetryMs);
  };
  const sweeper = setInterval(() => hub.sweep(), sweepMs);
  const port = await http.listen(options.port, options.bindAddress);
  control = connectControlPlane({
    controlPlaneUrl,
    identity: options.identity,
    hub,
    clock,
    logger,
  });
  await refreshKeys();
  return {
    port,
    hub,
    async stop() {
      stopped = true;
      clearTimeout(keyTimer);
      clearInterval(sweeper);
      sockets.close();
      hub.stop();
      control?.close();
      await http.close(closeGraceMs);
      await Promise.all([app.close(), router.close()]);
    },
  };
}
