/** The embedded media engine in this process. Production runs it by `forked-engine.ts`. */
import { RTCDtlsTransport } from 'werift';
import { Emitter } from '../emitter.ts';
import type {
  AnswerWebRtc,
  BridgeStats,
  CreateBridge,
  CreatedBridge,
  EngineSettings,
  MediaEngine,
  MediaEngineEvent,
  MediaEngineEvents,
  SendDtmf,
  SetRtpRemote,
} from '../engine.ts';
import { MediaEngineError } from '../engine-error.ts';
import {
  checkBridgeId,
  checkDtmf,
  checkDtmfMode,
  checkKind,
  checkOffer,
  checkRemote,
  checkRtpAddress,
  checkSettings,
  checkSide,
} from './arguments.ts';
import { Bridge } from './bridge.ts';
import { RtpPorts } from './rtp-ports.ts';

const WATCH_INTERVAL_MS = 100;
const DEFAULT_TONE_MS = 100;
const DEFAULT_GAP_MS = 70;

/**
 * Starts the engine in this process.
 * @throws MediaEngineError `invalid-argument`
 */
export async function startEmbeddedEngine(settings: EngineSettings): Promise<MediaEngine> {
  checkSettings(settings);
  // One certificate a process, made now so that the first call does not wait for it.
  await RTCDtlsTransport.SetupCertificate();
  return new EmbeddedEngine(structuredClone(settings));
}

/** A place among the bridges, taken while the bridge is still being opened. */
interface Entry {
  bridge?: Bridge;
}

class EmbeddedEngine implements MediaEngine {
  readonly #settings: EngineSettings;
  readonly #ports: RtpPorts;
  readonly #emitter = new Emitter<MediaEngineEvents>();
  readonly #bridges = new Map<string, Entry>();
  readonly #watch: NodeJS.Timeout;
  #closed = false;

  constructor(settings: EngineSettings) {
    this.#settings = settings;
    this.#ports = new RtpPorts(settings.rtpPortMin, settings.rtpPortMax);
    this.#watch = setInterval(() => this.#watchBridges(), WATCH_INTERVAL_MS);
    this.#watch.unref();
  }

  async createBridge(o: CreateBridge): Promise<CreatedBridge> {
    const { bridgeId, rtpAddress, kind = 'webrtc' } = o;
    checkBridgeId(bridgeId);
    checkKind(kind);
    checkRtpAddress(rtpAddress);
    this.#checkOpen();
    if (this.#bridges.has(bridgeId)) {
      throw new MediaEngineError('bridge-exists', 'a bridge of this id exists');
    }
    if (this.#bridges.size >= this.#settings.maxBridges) {
      throw new MediaEngineError('too-many-bridges', 'the engine carries as many as it may');
    }
    const entry: Entry = {};
    this.#bridges.set(bridgeId, entry);
    try {
      const bridge = await Bridge.open({
        bridgeId,
        rtpAddress,
        kind,
        ports: this.#ports,
        settings: this.#settings,
        emit: (event, detail) => this.#emitter.emit(event, detail),
      });
      if (this.#bridges.get(bridgeId) !== entry) {
        await bridge.close();
        throw new MediaEngineError('bridge-unknown', 'the bridge was closed while it opened');
      }
      entry.bridge = bridge;
      return bridge.locals;
    } catch (error) {
      if (this.#bridges.get(bridgeId) === entry) this.#bridges.delete(bridgeId);
      throw error;
    }
  }

  async answerWebRtc(o: AnswerWebRtc): Promise<{ answerSdp: string }> {
    checkOffer(o);
    return { answerSdp: await this.#bridge(o.bridgeId).answerWebRtc(o) };
  }

  async setRtpRemote({ bridgeId, side = 'rtp', remote }: SetRtpRemote): Promise<void> {
    checkSide(side);
    checkRemote(remote);
    this.#bridge(bridgeId).setRtpRemote(side, remote);
  }

  async sendDtmf(o: SendDtmf): Promise<void> {
    const { digits, toneMs = DEFAULT_TONE_MS, gapMs = DEFAULT_GAP_MS } = o;
    checkSide(o.side);
    checkDtmfMode(o.mode);
    checkDtmf(digits, toneMs, gapMs);
    await this.#bridge(o.bridgeId).sendDtmf({ ...o, toneMs, gapMs });
  }

  async stats(bridgeId: string): Promise<BridgeStats> {
    return this.#bridge(bridgeId).stats();
  }

  async closeBridge(bridgeId: string): Promise<void> {
    const entry = this.#bridges.get(bridgeId);
    this.#bridges.delete(bridgeId);
    await entry?.bridge?.close();
  }

  on<E extends MediaEngineEvent>(
    event: E,
    handler: (detail: MediaEngineEvents[E]) => void,
  ): () => void {
    return this.#emitter.on(event, handler);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    await Promise.all([...this.#bridges.keys()].map((bridgeId) => this.closeBridge(bridgeId)));
  }

  #bridge(bridgeId: string): Bridge {
    this.#checkOpen();
    const bridge = this.#bridges.get(bridgeId)?.bridge;
    if (bridge === undefined) throw new MediaEngineError('bridge-unknown', 'no bridge of this id');
    return bridge;
  }

  #checkOpen(): void {
    if (this.#closed) throw new MediaEngineError('engine-closed', 'the engine was closed');
  }

  #watchBridges(): void {
    const now = performance.now();
    for (const [bridgeId, { bridge }] of this.#bridges) {
      if (bridge === undefined || bridge.watch(now)) continue;
      void this.closeBridge(bridgeId).then(() =>
        this.#emitter.emit('bridge-expired', { bridgeId }),
      );
    }
  }
}
