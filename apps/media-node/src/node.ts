import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createTollGuard } from '@trunkline/calls/toll-guard.ts';
import type { MediaNodeId } from '@trunkline/contracts/ids.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { NodeIdentity } from '@trunkline/platform/identity.ts';
import type { LinkAudience } from '@trunkline/platform/link-assertion.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { TimerSettings } from '@trunkline/sip/transaction/timers.ts';
import type { JSONWebKeySet } from 'jose';
import { type CallBounds, defaultBounds } from './calls/bounds.ts';
import { deviceGone, watchClients } from './calls/client-watch.ts';
import { Commands } from './calls/commands.ts';
import { EmergencyCallbacks } from './calls/emergency-callbacks.ts';
import type { CallEnvironment } from './calls/environment.ts';
import { type CallLimits, defaultLimits } from './calls/limits.ts';
import { LiveRecords } from './calls/live-records.ts';
import { endLostCalls, type OrphanLeg } from './calls/recovery.ts';
import { CallRegistry } from './calls/registry.ts';
import { watchToll } from './calls/toll.ts';
import { openDocumentStore } from './config/document-store.ts';
import { LineSecrets } from './config/line-secrets.ts';
import { checkTenantSection, Tenants } from './config/tenants.ts';
import { Recorder } from './events/recorder.ts';
import { EventSpool } from './events/spool.ts';
import { LineControl } from './lines/line-control.ts';
import { openControlLink } from './links/control-link.ts';
import { EdgeLink } from './links/edge-link.ts';
import { helloMaker } from './links/hello.ts';
import { servingOf } from './links/serving.ts';
import { type NodeMediaEngine, type RtpengineHosts, startMediaEngine } from './media-engine.ts';
import { takeInvites } from './routing/take-invites.ts';
import type { Scheduler } from './scheduler.ts';
import { CallTrace } from './sip/call-trace.ts';
import { CaptureWriter } from './sip/capture-writer.ts';
import { LineWatch } from './sip/line-watch.ts';
import { listenSip } from './sip/listen.ts';
import { ourListeners } from './sip/our-listeners.ts';
import { type CertificateFiles, serverTls } from './sip/own-certificate.ts';
import { PbxPeers } from './sip/peers.ts';
import { reachable, unknownHosts } from './sip/reachable.ts';
import { PbxResolver } from './sip/resolver.ts';
import { SipPbx } from './sip/sip-pbx.ts';
import { SipRegistrar } from './sip/sip-registrar.ts';

export interface MediaNodeOptions {
  identity: NodeIdentity;
  /** Folder for configuration, spool and call records. */
  folder: string;
  /** `ws:` addresses of the two links. */
  controlUrl: string;
  edgeUrl: string;
  sip: {
    bindAddress: string;
    /** UDP and TCP; 0 takes a free one. */
    port: number;
    /** TLS; 0 takes a free one. */
    tlsPort?: number;
    /** PEM files; a self-signed certificate without them. */
    certificate?: Partial<CertificateFiles>;
    advertisedAddress: string;
    /** In place of those of RFC 3261. */
    timers?: Partial<TimerSettings>;
  };
  rtp: { portMin: number; portMax: number };
  /** Processes of the media engine; one for each core when 0 or absent. */
  engineProcesses?: number;
  /** Daemons to use in place of the embedded engine. */
  rtpengine?: RtpengineHosts | undefined;
  /** Addresses offered to browsers; all own ones when empty. */
  iceAddresses: readonly string[];
  time: Clock & Scheduler;
  logger: Logger;
  bounds?: Partial<CallBounds>;
  limits?: Partial<CallLimits>;
}

export interface MediaNode {
  readonly sipPort: number;
  /** The media engine's processes, for supervision. */
  readonly engine: NodeMediaEngine;
  /** What stands against taking calls. */
  problems(): string[];
  /** Ends calls and stops, within a few seconds; registrations stay at the PBXs unless drained. */
  close(o?: { drain?: boolean }): Promise<void>;
}

/** Without a packet for this long a side counts as silent, ms. */
const silentAfterMs = 5000;
/** How long a stopping node waits for its BYEs to be answered, ms. */
const farewellMs = 3000;
/** Bridges beyond the limit of calls: emergency calls are never refused for it. */
const emergencyReserve = 20;
/** As many as an engine takes. */
const maxIceAddresses = 8;
/** Addresses of a PBX its media may come from, beside the one it announces. */
const maxLatchAddresses = 4;
const userAgent = 'Trunkline';
/** How long a starting node waits for the addresses of its PBXs before it calls others strangers, ms. */
const peersKnownMs = 10_000;

/** Starts a media node: from what it knew last, whether control plane and edge are there or not. */
export async function startMediaNode(options: MediaNodeOptions): Promise<MediaNode> {
  const { identity, folder, time, logger, sip } = options;
  const { encryption, configKeys } = identity;
  if (!encryption || !configKeys)
    throw new Error('the identity of a media node needs encryption and configKeys');
  const bounds = { ...defaultBounds, ...options.bounds };
  const limits = { ...defaultLimits, ...options.limits };
  const nodeId = identity.id as MediaNodeId;

  const spool = await EventSpool.open({
    folder: join(folder, 'events'),
    startedAt: time.now().getTime(),
    scheduler: time,
    logger,
  });
  const recorder = new Recorder(spool, nodeId, time);
  const records = await LiveRecords.open({
    folder: join(folder, 'calls'),
    bootEpoch: spool.bootEpoch,
    time,
    logger,
  });
  spool.onDurable((events) => records.follow(events));
  const orphans = await endLostCalls({ spool, recorder, records });

  const resolver = new PbxResolver();
  const trace = new CallTrace(time, (call, message) =>
    recorder.record('sip.message', call, message),
  );
  const tenants = new Tenants();
  const peers = new PbxPeers(() => tenants.lines(), resolver);
  const watch = new LineWatch({
    clock: time,
    opener: (lineId) => lines.openerOf(lineId),
    isPbxOf: ({ group }, { remote, transport }) =>
      peers.groupsAt({ address: remote.address, transport }).has(group.id),
    record: ({ tenantId }, message) =>
      recorder.record('line.sip', { tenantId, callId: null }, message),
  });
  const captures = new CaptureWriter({
    clock: time,
    lines: () => tenants.lines(),
    isPbxOf: ({ group }, { remote, transport }) =>
      peers.groupsAt({ address: remote.address, transport }).has(group.id),
    record: ({ tenantId }, packet) =>
      recorder.record('capture.packet', { tenantId, callId: null }, packet),
  });
  // A PBX that calls while the node starts repeats itself until the node knows whose it is.
  let started = false;
  const peersKnownAt = time.monotonic() + peersKnownMs;
  const knowsPeers = () =>
    started && (time.monotonic() >= peersKnownAt || unknownHosts(tenants.lines(), resolver) === 0);
  const { key, cert, clientCa } = sip.certificate ?? {};
  const tls = await serverTls({ key, cert, clientCa }, sip.advertisedAddress);
  const endpoint = await listenSip(
    {
      bindAddress: sip.bindAddress,
      advertisedAddress: sip.advertisedAddress,
      port: sip.port,
      tlsPort: sip.tlsPort ?? 0,
      tls,
    },
    {
      userAgent,
      dns: resolver,
      ...(sip.timers ? { timers: sip.timers } : {}),
      // Deny by default: the PBXs of our lines, and who is in a call already (LIN-079).
      admission: (source) => {
        if (peers.groupsAt(source).size > 0) return 'accept';
        return knowsPeers() ? 'refuse' : 'defer';
      },
      mayReach: reachable(() => tenants.lines(), peers, resolver),
      onMessage: (event) => {
        trace.see(event);
        watch.see(event);
        captures.see(event);
      },
      onBroken: (error) => {
        throw error;
      },
    },
    folder,
  );
  const media = await startMediaEngine(
    {
      ...(options.engineProcesses ? { processes: options.engineProcesses } : {}),
      announcedAddresses: iceAddresses(options.iceAddresses),
      rtpPortMin: options.rtp.portMin,
      rtpPortMax: options.rtp.portMax,
      maxBridges: limits.perNode + emergencyReserve,
      silentAfterMs,
      // Calls on hold may be silent on all sides; VOX-119 is call control's to watch.
      idleLimitMs: bounds.callMs,
    },
    options.rtpengine,
  );
  const { engine } = media;

  const secrets = new LineSecrets(encryption.privateJwk, logger);
  const pbx = new SipPbx(endpoint);
  const calls = new CallRegistry();
  records.orphansOf = (callId) => {
    const call = calls.get(callId);
    return [call?.near, call?.far].flatMap((leg) => leg?.port.orphan() ?? []);
  };
  const lines: LineControl = new LineControl({
    registrar: new SipRegistrar(endpoint, resolver),
    time,
    logger,
    password: (jwe) => secrets.open(jwe),
    onState: (entry, state) => {
      const lineId = entry.line.id;
      recorder.record('line.state', { tenantId: entry.tenantId, callId: null }, { lineId, state });
      edge.lineState(entry, state);
    },
  });
  const hello = (audience: LinkAudience) =>
    helloMaker({ identity, audience, bootEpoch: spool.bootEpoch, clock: time });
  const edge: EdgeLink = new EdgeLink({
    url: options.edgeUrl,
    hello: hello('edge'),
    serving: () => servingOf(tenants, calls, (lineId) => lines.stateOf(lineId)),
    onCommand: (frame) => commands.run(frame),
    onDeviceGone: ({ tenant, deviceId }) => deviceGone(env, tenant, deviceId),
    ringResultMs: bounds.ringResultMs,
    time,
    logger,
  });
  const env: CallEnvironment = {
    time,
    logger,
    tenants,
    lines,
    engine,
    pbx,
    edge,
    recorder,
    records,
    trace,
    calls,
    limits,
    toll: createTollGuard({ clock: time }),
    callbacks: new EmergencyCallbacks(time),
    addressesOf: ({ registrarHost, proxyHost }) =>
      [registrarHost, proxyHost ?? registrarHost]
        .flatMap((host) => resolver.addressesOf(host))
        .slice(0, maxLatchAddresses),
    bounds,
    rtp: { bindAddress: sip.bindAddress, advertisedAddress: sip.advertisedAddress },
  };
  const commands = new Commands(env);
  const stopWatching = watchClients(env, silentAfterMs);
  const stopToll = watchToll(env);
  takeInvites(env, endpoint, pbx, peers);

  const reconcile = () => lines.reconcile(tenants.lines());
  const documents = await openDocumentStore({
    folder: join(folder, 'config'),
    audience: nodeId,
    keys: configKeys as JSONWebKeySet,
    check: checkTenantSection,
    onChange: (document) => {
      tenants.apply(document);
      edge.servingChanged();
      reconcile().catch((error: unknown) => {
        logger.error({ err: error }, 'lines could not be brought to the new configuration');
      });
    },
    logger,
  });
  for (const document of documents.documents()) tenants.apply(document);
  // The edge may have said welcome while they were read: what it was told then was incomplete.
  edge.servingChanged();
  await reconcile();
  started = true;
  endOrphans(orphans, pbx, lines, logger);

  const control = openControlLink({
    url: options.controlUrl,
    hello: hello('control-plane'),
    documents,
    spool,
    listeners: ourListeners(
      endpoint.listeners,
      { address: sip.advertisedAddress, ...options.rtp },
      tls.cert,
    ),
    onLineReset: (lineId) => lines.reset(lineId),
    onLineWatch: (lineId, until) => watch.watch(lineId, until),
    time,
    logger,
  });

  return {
    sipPort: endpoint.localPort,
    engine,
    problems: () => [
      ...(media.isUp() ? [] : ['media engine']),
      ...(control.up ? [] : ['control plane link']),
      ...(edge.up ? [] : ['edge link']),
    ],
    async close({ drain = false } = {}) {
      commands.stop();
      endpoint.onInvite((call) => call.reject(503));
      for (const call of calls.all())
        call.input('shutdown', {
          by: 'system',
          cause: 'node_stopped',
          sipCode: null,
          text: 'the media node stops',
        });
      await Promise.race([
        Promise.all([pbx.settled(), lines.close(drain), spool.flush()]),
        new Promise<void>((resolve) => time.after(farewellMs, resolve)),
      ]);
      stopWatching();
      stopToll();
      edge.close();
      control.close();
      await Promise.all([endpoint.close(), engine.close()]);
      await spool.close();
      records.close();
    },
  };
}

function endOrphans(
  orphans: readonly OrphanLeg[],
  pbx: SipPbx,
  lines: LineControl,
  logger: Logger,
): void {
  for (const orphan of orphans) {
    const { callId, lineId } = orphan;
    logger.warn({ call: callId }, 'ending a PBX leg an earlier start left behind');
    if ('early' in orphan) {
      endEarly(orphan.early, callId, pbx, logger);
      continue;
    }
    pbx.endOrphan(orphan.dialog, lines.specOf(lineId)).catch((error: unknown) => {
      logger.error({ call: callId, err: error }, 'a PBX leg left behind could not be ended');
    });
  }
}

function endEarly(
  early: Extract<OrphanLeg, { early: unknown }>['early'],
  callId: string,
  pbx: SipPbx,
  logger: Logger,
): void {
  try {
    pbx.endEarlyOrphan(early);
  } catch (error) {
    logger.error({ call: callId, err: error }, 'an unanswered PBX leg could not be ended');
  }
}

/** Host candidates for browsers: the loopback address last, for those on this machine. */
function iceAddresses(configured: readonly string[]): string[] {
  if (configured.length > 0) return [...configured];
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return [...own.slice(0, maxIceAddresses - 1), '127.0.0.1'];
}
