/** The media engine rtpengine (10.5 or newer), driven by its ng protocol on one host or several. */
import { Emitter } from '../../emitter.ts';
import type {
  AnswerWebRtc,
  BridgeSide,
  BridgeStats,
  CodecName,
  CreateBridge,
  CreatedBridge,
  MediaEngine,
  MediaEngineEvent,
  MediaEngineEvents,
  SendDtmf,
  SetRtpRemote,
} from '../../engine.ts';
import { MediaEngineError } from '../../engine-error.ts';
import { DEFAULT_CODECS, readWebOffer } from '../../web-offer.ts';
import {
  checkBridgeId,
  checkDtmf,
  checkOffer,
  checkRemote,
  checkRtpAddress,
} from '../arguments.ts';
import { BridgeWatch } from './bridge-watch.ts';
import { type DtmfLog, type LoggedKey, openDtmfLog } from './dtmf-log.ts';
import { NgBridge } from './ng-bridge.ts';
import type { NgAddress } from './ng-client.ts';
import { NgHost } from './ng-host.ts';

const DEFAULT_POLL_MS = 500;
const DEFAULT_IDLE_LIMIT_MS = 300_000;
const DEFAULT_TONE_MS = 100;
const DEFAULT_GAP_MS = 70;
/** Bridges whose reports are awaited at once. */
const POLLS_AT_ONCE = 16;

export interface RtpengineSettings {
  /** The ng ports of the daemons; a bridge goes to the one with the fewest. */
  hosts: NgAddress[];
  /** Where this process listens for keys (`--dtmf-log-dest` of the daemons); absent: none are told. */
  dtmfLog?: NgAddress;
  maxBridges: number;
  /** As in `EngineSettings`. */
  silentAfterMs: number;
  /** As in `EngineSettings`; the daemons' own `--timeout` must be longer. */
  idleLimitMs?: number;
  /** How often each bridge is looked at, ms, default 500. */
  pollMs?: number;
}

export interface RtpengineEngine extends MediaEngine {
  /** Daemons that do not answer, as host:port. */
  unreachable(): string[];
}

interface Entry {
  host: NgHost;
  bridge: NgBridge;
  watch: BridgeWatch;
  /** Whether it is open: until then nobody but its creator knows it. */
  isOpen: boolean;
}

/**
 * Starts the engine; daemons that do not answer yet are taken in when they do.
 * @throws MediaEngineError `invalid-argument`
 */
export async function startRtpengineEngine(settings: RtpengineSettings): Promise<RtpengineEngine> {
  if (settings.hosts.length === 0) {
    throw new MediaEngineError('invalid-argument', 'rtpengine needs a host');
  }
  const engine = new NgEngine(structuredClone(settings));
  try {
    await engine.open();
  } catch (error) {
    await engine.close();
    throw error;
  }
  return engine;
}

/** The codecs allowed towards the browser, that of the RTP leg first: it needs no transcoding. */
function codecOrder(
  { codecs, preferred }: AnswerWebRtc,
  ofLeg: CodecName | undefined,
): CodecName[] {
  const allowed = codecs ?? [...(preferred === undefined ? [] : [preferred]), ...DEFAULT_CODECS];
  return [...allowed.filter((name) => name === ofLeg), ...allowed];
}

class NgEngine implements RtpengineEngine {
  readonly #settings: RtpengineSettings;
  readonly #emitter = new Emitter<MediaEngineEvents>();
  readonly #entries = new Map<string, Entry>();
  readonly #byCall = new Map<string, NgBridge>();
  readonly #hosts: NgHost[] = [];
  #keys: DtmfLog | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isPolling = false;
  #isClosed = false;

  constructor(settings: RtpengineSettings) {
    this.#settings = settings;
  }

  async open(): Promise<void> {
    const { hosts, dtmfLog, pollMs = DEFAULT_POLL_MS } = this.#settings;
    for (const address of hosts) {
      const host: NgHost = await NgHost.open(address, {
        onLost: (reason) => this.#loseBridges(host, reason),
      });
      this.#hosts.push(host);
    }
    if (dtmfLog !== undefined) {
      const sources = hosts.map(({ host }) => host);
      this.#keys = await openDtmfLog(dtmfLog, sources, (key) => this.#onKey(key));
    }
    this.#timer = setInterval(() => void this.#poll(), pollMs);
    this.#timer.unref();
  }

  unreachable(): string[] {
    return this.#hosts.filter(({ isUp }) => !isUp).map(({ name }) => name);
  }

  async createBridge(o: CreateBridge): Promise<CreatedBridge> {
    const { bridgeId, rtpAddress, kind = 'webrtc' } = o;
    checkBridgeId(bridgeId);
    checkRtpAddress(rtpAddress);
    this.#checkOpen();
    if (this.#entries.has(bridgeId)) {
      throw new MediaEngineError('bridge-exists', 'a bridge of this id exists');
    }
    if (this.#entries.size >= this.#settings.maxBridges) {
      throw new MediaEngineError('too-many-bridges', 'the engine carries as many as it may');
    }
    let failure = new MediaEngineError('engine-lost', 'no rtpengine answers');
    for (const host of this.#hostsByLoad()) {
      const bridge = new NgBridge({ id: bridgeId, kind, rtpAddress, client: host.client });
      const watch = new BridgeWatch(bridge, {
        silentAfterMs: this.#settings.silentAfterMs,
        emit: (event, detail) => this.#emitter.emit(event, detail),
      });
      const entry: Entry = { host, bridge, watch, isOpen: false };
      this.#entries.set(bridgeId, entry);
      try {
        const created = await bridge.open();
        if (this.#entries.get(bridgeId) !== entry) {
          await bridge.close();
          throw new MediaEngineError('bridge-unknown', 'the bridge was closed while it opened');
        }
        entry.isOpen = true;
        for (const callId of bridge.callIds()) this.#byCall.set(callId, bridge);
        return created;
      } catch (error) {
        if (this.#entries.get(bridgeId) === entry) this.#entries.delete(bridgeId);
        if (!(error instanceof MediaEngineError)) throw error;
        if (error.code === 'bridge-unknown') throw error;
        host.suspect(error);
        failure = error;
      }
    }
    throw failure;
  }

  async answerWebRtc(o: AnswerWebRtc): Promise<{ answerSdp: string }> {
    checkOffer(o);
    const { bridge, watch } = this.#entry(o.bridgeId);
    const offer = readWebOffer(o.offerSdp, codecOrder(o, bridge.remote('rtp')?.codec));
    const isOther = bridge.offer?.fingerprint !== offer.fingerprint;
    const answerSdp = await bridge.answerWebRtc(offer);
    if (isOther) watch.webChanged();
    return { answerSdp };
  }

  async setRtpRemote({ bridgeId, side = 'rtp', remote }: SetRtpRemote): Promise<void> {
    checkRemote(remote);
    const { bridge, watch } = this.#entry(bridgeId);
    await bridge.setRtpRemote(side, remote);
    watch.remoteChanged(side, remote.direction);
  }

  async sendDtmf(o: SendDtmf): Promise<void> {
    const { digits, side = 'rtp', toneMs = DEFAULT_TONE_MS, gapMs = DEFAULT_GAP_MS } = o;
    checkDtmf(digits, toneMs, gapMs);
    if (o.mode === 'inband') {
      throw new MediaEngineError('dtmf-unavailable', 'rtpengine plays no tones into the audio');
    }
    await this.#entry(o.bridgeId).bridge.sendDigits(side, digits, toneMs, gapMs);
  }

  async stats(bridgeId: string): Promise<BridgeStats> {
    const { watch } = this.#entry(bridgeId);
    await watch.look(performance.now());
    return watch.stats(performance.now());
  }

  async closeBridge(bridgeId: string): Promise<void> {
    await this.#forget(bridgeId)?.bridge.close();
  }

  on<E extends MediaEngineEvent>(
    event: E,
    handler: (detail: MediaEngineEvents[E]) => void,
  ): () => void {
    return this.#emitter.on(event, handler);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#keys?.close();
    const bridges = [...this.#entries.keys()];
    // A daemon out of reach ends them itself, by its time-out.
    await Promise.allSettled(bridges.map((bridgeId) => this.closeBridge(bridgeId)));
    for (const host of this.#hosts) host.close();
  }

  #entry(bridgeId: string): Entry {
    this.#checkOpen();
    const entry = this.#entries.get(bridgeId);
    if (entry?.isOpen !== true) {
      throw new MediaEngineError('bridge-unknown', 'no bridge of this id');
    }
    return entry;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new MediaEngineError('engine-closed', 'the engine was closed');
  }

  #hostsByLoad(): NgHost[] {
    const load = new Map<NgHost, number>();
    for (const { host } of this.#entries.values()) load.set(host, (load.get(host) ?? 0) + 1);
    return this.#hosts
      .filter(({ isUp }) => isUp)
      .sort((a, b) => (load.get(a) ?? 0) - (load.get(b) ?? 0));
  }

  #forget(bridgeId: string): Entry | undefined {
    const entry = this.#entries.get(bridgeId);
    this.#entries.delete(bridgeId);
    for (const callId of entry?.bridge.callIds() ?? []) this.#byCall.delete(callId);
    return entry;
  }

  #loseBridges(host: NgHost, reason: string): void {
    const bridgeIds = [...this.#entries].filter(([, e]) => e.host === host && e.isOpen);
    for (const [bridgeId] of bridgeIds) this.#forget(bridgeId);
    if (bridgeIds.length === 0) return;
    this.#emitter.emit('engine-lost', { bridgeIds: bridgeIds.map(([id]) => id), reason });
  }

  #onKey({ callId, tag, digit }: LoggedKey): void {
    const bridge = this.#byCall.get(callId);
    const side: BridgeSide | undefined = bridge?.sideOfKey(callId, tag, digit);
    if (bridge === undefined || side === undefined) return;
    this.#emitter.emit('dtmf', { bridgeId: bridge.id, side, digit });
  }

  /** Looks at every bridge; a round that takes longer than the interval leaves the next one out. */
  async #poll(): Promise<void> {
    if (this.#isPolling || this.#isClosed) return;
    this.#isPolling = true;
    try {
      const waiting = [...this.#entries].filter(([, { isOpen, host }]) => isOpen && host.isUp);
      const worker = async () => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          await this.#lookAt(...next);
        }
      };
      await Promise.all(Array.from({ length: POLLS_AT_ONCE }, worker));
    } finally {
      this.#isPolling = false;
    }
  }

  async #lookAt(bridgeId: string, entry: Entry): Promise<void> {
    const { watch, host } = entry;
    const isCurrent = () => this.#entries.get(bridgeId) === entry && !this.#isClosed;
    try {
      const isThere = await watch.look(performance.now());
      if (!isCurrent()) return;
      if (!isThere) {
        // Gone by the daemon's own time-out, or with the daemon: it knows.
        await host.check();
        if (!isCurrent()) return;
        this.#forget(bridgeId);
        this.#emitter.emit('bridge-expired', { bridgeId });
        return;
      }
      watch.tell(performance.now());
      const idleMs = performance.now() - watch.lastPacketAt;
      if (idleMs < (this.#settings.idleLimitMs ?? DEFAULT_IDLE_LIMIT_MS)) return;
      await this.closeBridge(bridgeId);
      this.#emitter.emit('bridge-expired', { bridgeId });
    } catch (error) {
      // A round without an answer: the host's own checks decide when it counts as lost.
      if (!(error instanceof MediaEngineError)) throw error;
      host.suspect(error);
    }
  }
}
