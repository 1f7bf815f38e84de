/**
 * The embedded engine in several processes, one for each core: encoding is bound to the processor,
 * and a process that dies takes only its own bridges along. Each is supervised and started again
 * by `forked-engine.ts`; a new bridge goes to the process that carries the fewest.
 */
import { availableParallelism } from 'node:os';
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
import { checkSettings } from './arguments.ts';
import { type ForkedEngine, startForkedEngine } from './forked-engine.ts';

const MAX_PROCESSES = 64;
/** Fewest RTP ports a process can do with: one pair. */
const PORTS_PER_PAIR = 2;

const EVENTS = [
  'webrtc-connected',
  'webrtc-lost',
  'rtp-started',
  'media-silent',
  'dtmf',
  'quality',
  'bridge-expired',
  'engine-lost',
] as const satisfies readonly MediaEngineEvent[];

export interface EnginePoolSettings extends EngineSettings {
  /** Number of engine processes, 1–64; default: one for each core. */
  processes?: number;
}

/** The engine of this module also tells its process ids, for supervision and tests. */
export interface EnginePool extends MediaEngine {
  /** Process ids of the engine processes; undefined for one that is down at present. */
  readonly pids: readonly (number | undefined)[];
  /** The first process id there is; undefined when every process is down. */
  readonly pid: number | undefined;
}

/**
 * Forks the engine processes and waits until they are ready.
 * @throws MediaEngineError `invalid-argument`, `timeout`, `engine-lost`
 */
export async function startEnginePool(settings: EnginePoolSettings): Promise<EnginePool> {
  const { processes = Math.min(MAX_PROCESSES, availableParallelism()), ...each } = settings;
  checkSettings(each);
  if (!Number.isInteger(processes) || processes < 1 || processes > MAX_PROCESSES) {
    throw new MediaEngineError('invalid-argument', 'processes must be 1-64');
  }
  const shares = shareSettings(each, processes);
  const started = await Promise.allSettled(shares.map((share) => startForkedEngine(share)));
  const engines = started.flatMap((result) =>
    result.status === 'fulfilled' ? [result.value] : [],
  );
  const failed = started.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await Promise.all(engines.map((engine) => engine.close()));
    throw failed.reason;
  }
  return new Pool(engines, settings.maxBridges);
}

/**
 * The settings of each process: the port ranges are shared out, so that none waits for another.
 * @throws MediaEngineError `invalid-argument` when there are not enough ports
 */
export function shareSettings(settings: EngineSettings, processes: number): EngineSettings[] {
  const { rtpPortMin, rtpPortMax, icePortRange } = settings;
  const firstEven = rtpPortMin + (rtpPortMin % 2);
  const pairs = Math.floor((rtpPortMax - firstEven + 1) / PORTS_PER_PAIR);
  const icePorts = icePortRange === undefined ? processes : icePortRange.max - icePortRange.min + 1;
  if ((rtpPortMin !== 0 && pairs < processes) || icePorts < processes) {
    throw new MediaEngineError('invalid-argument', 'fewer ports than engine processes');
  }
  return Array.from({ length: processes }, (_, i) => {
    const part = (count: number, from: number) => ({
      min: from + Math.floor((count * i) / processes),
      max: from + Math.floor((count * (i + 1)) / processes) - 1,
    });
    const rtp = part(pairs, 0);
    return {
      ...settings,
      ...(rtpPortMin === 0
        ? {}
        : {
            rtpPortMin: firstEven + PORTS_PER_PAIR * rtp.min,
            rtpPortMax: firstEven + PORTS_PER_PAIR * rtp.max + 1,
          }),
      ...(icePortRange === undefined ? {} : { icePortRange: part(icePorts, icePortRange.min) }),
    };
  });
}

class Pool implements EnginePool {
  readonly #engines: readonly ForkedEngine[];
  readonly #maxBridges: number;
  readonly #emitter = new Emitter<MediaEngineEvents>();
  /** Where each bridge is, also while it is being opened. */
  readonly #places = new Map<string, ForkedEngine>();
  #closed = false;

  constructor(engines: readonly ForkedEngine[], maxBridges: number) {
    this.#engines = engines;
    this.#maxBridges = maxBridges;
    for (const engine of engines) for (const event of EVENTS) this.#forward(engine, event);
  }

  get pids(): readonly (number | undefined)[] {
    return this.#engines.map(({ pid }) => pid);
  }

  get pid(): number | undefined {
    return this.pids.find((pid) => pid !== undefined);
  }

  async createBridge(o: CreateBridge): Promise<CreatedBridge> {
    if (this.#closed) throw new MediaEngineError('engine-closed', 'the engine was closed');
    if (this.#places.has(o.bridgeId)) {
      throw new MediaEngineError('bridge-exists', 'a bridge of this id exists');
    }
    if (this.#places.size >= this.#maxBridges) {
      throw new MediaEngineError('too-many-bridges', 'the engine carries as many as it may');
    }
    let refusal: unknown;
    for (const engine of this.#byLoad()) {
      this.#places.set(o.bridgeId, engine);
      try {
        return await engine.createBridge(o);
      } catch (error) {
        if (this.#places.get(o.bridgeId) === engine) this.#places.delete(o.bridgeId);
        if (!isElsewherePossible(error)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  async answerWebRtc(o: AnswerWebRtc): Promise<{ answerSdp: string }> {
    return this.#engineOf(o.bridgeId).answerWebRtc(o);
  }

  async setRtpRemote(o: SetRtpRemote): Promise<void> {
    return this.#engineOf(o.bridgeId).setRtpRemote(o);
  }

  async sendDtmf(o: SendDtmf): Promise<void> {
    return this.#engineOf(o.bridgeId).sendDtmf(o);
  }

  async stats(bridgeId: string): Promise<BridgeStats> {
    return this.#engineOf(bridgeId).stats(bridgeId);
  }

  async closeBridge(bridgeId: string): Promise<void> {
    const engine = this.#places.get(bridgeId);
    this.#places.delete(bridgeId);
    await engine?.closeBridge(bridgeId);
  }

  on<E extends MediaEngineEvent>(
    event: E,
    handler: (detail: MediaEngineEvents[E]) => void,
  ): () => void {
    return this.#emitter.on(event, handler);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#engines.map((engine) => engine.close()));
    this.#places.clear();
  }

  #forward<E extends (typeof EVENTS)[number]>(engine: ForkedEngine, event: E): void {
    engine.on(event, (detail) => {
      if ('bridgeIds' in detail) for (const id of detail.bridgeIds) this.#forget(id, engine);
      else if (event === 'bridge-expired') this.#forget(detail.bridgeId, engine);
      this.#emitter.emit(event, detail);
    });
  }

  #forget(bridgeId: string, engine: ForkedEngine): void {
    if (this.#places.get(bridgeId) === engine) this.#places.delete(bridgeId);
  }

  /** The running processes by the number of their bridges, those that are down behind. */
  #byLoad(): ForkedEngine[] {
    const loads = new Map(this.#engines.map((engine) => [engine, 0]));
    for (const engine of this.#places.values()) loads.set(engine, (loads.get(engine) ?? 0) + 1);
    const load = (engine: ForkedEngine) =>
      (loads.get(engine) ?? 0) + (engine.pid === undefined ? this.#maxBridges : 0);
    return [...this.#engines].sort((a, b) => load(a) - load(b));
  }

  #engineOf(bridgeId: string): ForkedEngine {
    if (this.#closed) throw new MediaEngineError('engine-closed', 'the engine was closed');
    const engine = this.#places.get(bridgeId);
    if (engine === undefined) throw new MediaEngineError('bridge-unknown', 'no bridge of this id');
    return engine;
  }
}

/** Whether another process may succeed where one refused. */
function isElsewherePossible(error: unknown): boolean {
  return (
    error instanceof MediaEngineError &&
    ['rtp-ports-exhausted', 'engine-lost', 'timeout'].includes(error.code)
  );
}
