import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import { parseEnvelope } from '@trunkline/contracts/call-events.ts';
import type { CallCommandType, CallView } from '@trunkline/contracts/calls.ts';
import { type DeviceId, newId, type TenantId, type UserId } from '@trunkline/contracts/ids.ts';
import {
  type ControlToNode,
  type EdgeToNode,
  linkHello,
  type NodeToControl,
  type NodeToEdge,
  nodeToControl,
  nodeToEdge,
} from '@trunkline/contracts/link.ts';
import type { NodeListeners } from '@trunkline/contracts/listeners.ts';
import type { ConfigDocument } from '@trunkline/contracts/node-config.ts';
import { systemClock } from '@trunkline/platform/clock.ts';
import { signConfig } from '@trunkline/platform/config-jws.ts';
import type { NodeIdentity } from '@trunkline/platform/identity.ts';
import { type LinkAudience, verifyLinkAssertion } from '@trunkline/platform/link-assertion.ts';
import type { SigningKey } from '@trunkline/platform/tokens.ts';
import { type WebSocket, WebSocketServer } from 'ws';

type Command = Extract<EdgeToNode, { t: 'command' }>;
type Result = Extract<NodeToEdge, { t: 'result' }>;

/**
 * Control plane and edge as a media node meets them, speaking the link protocol with real keys.
 * The control plane stores events (each once) and acknowledges; the edge rings as many devices as
 * the test says.
 */
export class LinkPeers {
  readonly events: EventEnvelope[] = [];
  readonly told: NodeListeners[] = [];
  readonly configResults: Extract<NodeToControl, { t: 'config.result' }>[] = [];
  readonly edgeFrames: NodeToEdge[] = [];
  /** Devices that ring, by user. */
  readonly devices = new Map<UserId, number>();
  acknowledge = true;
  answerRings = true;
  private readonly seen = new Set<string>();
  private readonly identity: NodeIdentity;
  private readonly configKey: SigningKey;
  private readonly documents = new Map<string, string>();
  private readonly pending = new Map<string, (result: Result) => void>();
  private readonly http = createServer();
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: 4 * 1024 * 1024 });
  private control: WebSocket | undefined;
  private edge: WebSocket | undefined;

  private constructor(identity: NodeIdentity, configKey: SigningKey) {
    this.identity = identity;
    this.configKey = configKey;
    this.http.on('upgrade', (request, socket, head) => {
      this.sockets.handleUpgrade(request, socket, head, (peer) =>
        request.url === '/v1/link' ? this.serveControl(peer) : this.serveEdge(peer),
      );
    });
  }

  static async listen(identity: NodeIdentity, configKey: SigningKey): Promise<LinkPeers> {
    const peers = new LinkPeers(identity, configKey);
    await new Promise<void>((resolve) => peers.http.listen(0, '127.0.0.1', resolve));
    return peers;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Publishes a configuration document to the node, now and after each connect. */
  async publish(document: Omit<ConfigDocument, 'audience' | 'issuedAt'>): Promise<void> {
    const jws = await signConfig(
      { ...document, audience: this.identity.id, issuedAt: new Date().toISOString() },
      this.configKey,
    );
    this.documents.set(document.section, jws);
    this.sayControl({ t: 'config', jws });
  }

  sayControl(frame: ControlToNode): void {
    this.control?.send(JSON.stringify(frame));
  }

  sayEdge(frame: EdgeToNode): void {
    this.edge?.send(JSON.stringify(frame));
  }

  /** Sends a command as a client's would come; `id` to repeat one. */
  command(
    whom: { tenant: TenantId; userId: UserId; deviceId: DeviceId },
    type: CallCommandType,
    data: unknown,
    o: { id?: string; emergencyOnly?: boolean; expiresAt?: string } = {},
  ): Promise<Result> {
    const frame: Command = {
      t: 'command',
      id: o.id ?? newId('request'),
      ...whom,
      emergencyOnly: o.emergencyOnly ?? false,
      type,
      data,
      expiresAt: o.expiresAt ?? new Date(Date.now() + 10_000).toISOString(),
    };
    return new Promise((resolve) => {
      this.pending.set(frame.id, resolve);
      this.sayEdge(frame);
    });
  }

  /** Last state of each call of a user as the edge was told. */
  viewsOf(userId: UserId): CallView[] {
    const views = new Map<string, CallView>();
    for (const frame of this.edgeFrames)
      if ((frame.t === 'call.changed' || frame.t === 'ring') && frame.userId === userId)
        views.set(frame.call.id, frame.call);
    return [...views.values()];
  }

  eventsOf(type: EventEnvelope['type']): EventEnvelope[] {
    return this.events.filter((event) => event.type === type);
  }

  /** Cuts the edge's link; the node dials again. */
  cutEdge(): void {
    this.edge?.terminate();
    this.edge = undefined;
  }

  /** Cuts the control plane's link; the node dials again. */
  cutControl(): void {
    this.control?.terminate();
    this.control = undefined;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    this.http.closeAllConnections();
    await new Promise<void>((resolve) => this.http.close(() => resolve()));
  }

  private serveControl(peer: WebSocket): void {
    this.welcome(peer, 'control-plane', () => {
      this.control = peer;
    });
    peer.on('message', (data) => {
      const frame = nodeToControl.parse(JSON.parse(String(data)));
      if (frame.t === 'ping') peer.send('{"t":"pong"}');
      if (frame.t === 'config.have')
        for (const jws of this.documents.values()) this.sayControl({ t: 'config', jws });
      if (frame.t === 'listeners') this.told.push(frame.told);
      if (frame.t === 'config.result') this.configResults.push(frame);
      if (frame.t === 'events') this.store(frame.events.map((event) => parseEnvelope(event)));
    });
  }

  private store(events: EventEnvelope[]): void {
    for (const event of events) {
      const key = `${event.bootEpoch}.${event.seq}`;
      if (this.seen.has(key)) continue;
      this.seen.add(key);
      this.events.push(event);
    }
    const last = events.at(-1);
    if (last && this.acknowledge)
      this.sayControl({ t: 'events.ack', bootEpoch: last.bootEpoch, seq: last.seq });
  }

  private serveEdge(peer: WebSocket): void {
    this.welcome(peer, 'edge', () => {
      this.edge = peer;
    });
    peer.on('message', (data) => {
      const frame = nodeToEdge.parse(JSON.parse(String(data)));
      if (frame.t === 'ping') peer.send('{"t":"pong"}');
      this.edgeFrames.push(frame);
      if (frame.t === 'ring' && this.answerRings)
        this.sayEdge({
          t: 'ring.result',
          id: frame.id,
          devices: this.devices.get(frame.userId) ?? 0,
        });
      if (frame.t === 'result') {
        this.pending.get(frame.id)?.(frame);
        this.pending.delete(frame.id);
      }
    });
  }

  private welcome(peer: WebSocket, audience: LinkAudience, accepted: () => void): void {
    peer.once('message', async (data) => {
      const hello = linkHello.parse(JSON.parse(String(data)));
      await verifyLinkAssertion(hello.assertion, this.identity.signing.publicJwk, {
        id: this.identity.id,
        audience,
        clock: systemClock,
      });
      accepted();
      const accepts = audience === 'control-plane' ? { accepts: ['listeners'] } : {};
      peer.send(JSON.stringify({ t: 'welcome', version: 1, heartbeatSeconds: 10, ...accepts }));
    });
  }
}
