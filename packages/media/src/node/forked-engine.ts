/** The embedded media engine in a process of its own, started again when it dies. */
import { type ChildProcess, fork } from 'node:child_process';
import process from 'node:process';
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
import { type ChildMessage, type EngineMethod, type EngineMethods, isChildMessage } from './ipc.ts';

const START_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 3_000;
const PING_INTERVAL_MS = 3_000;
/** An engine whose event loop stands still this long is killed. */
const PING_TIMEOUT_MS = 6_000;
const BACK_OFF_MIN_MS = 100;
const BACK_OFF_MAX_MS = 10_000;
/** After this long without dying the back-off begins at its minimum again. */
const STABLE_AFTER_MS = 30_000;
/** What the engine process gets of our environment: no secret is among it. */
const PASSED_ENVIRONMENT = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR', 'NODE_COMPILE_CACHE'];

/** The engine of this module also tells its process id, for supervision and tests. */
export interface ForkedEngine extends MediaEngine {
  /** Process id of the running engine process, undefined while there is none. */
  readonly pid: number | undefined;
}

/**
 * Forks the engine process and waits until it is ready.
 * @throws MediaEngineError `invalid-argument`, `timeout`, `engine-lost`
 */
export async function startForkedEngine(settings: EngineSettings): Promise<ForkedEngine> {
  checkSettings(settings);
  const engine = new Supervisor(structuredClone(settings));
  await engine.start();
  return engine;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: MediaEngineError): void;
  timer: NodeJS.Timeout;
}

type Argument<M extends EngineMethod> = Parameters<EngineMethods[M]>[0];
type Value<M extends EngineMethod> = Awaited<ReturnType<EngineMethods[M]>>;

class Supervisor implements ForkedEngine {
  readonly #settings: EngineSettings;
  readonly #emitter = new Emitter<MediaEngineEvents>();
  readonly #bridges = new Set<string>();
  readonly #pending = new Map<number, Pending>();
  #child: ChildProcess | undefined;
  #ready: Promise<void> = Promise.resolve();
  #nextId = 1;
  #backOffMs = BACK_OFF_MIN_MS;
  #restartTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(settings: EngineSettings) {
    this.#settings = settings;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Forks the first process. */
  async start(): Promise<void> {
    try {
      await this.#launch();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async createBridge(o: CreateBridge): Promise<CreatedBridge> {
    const created = await this.#request('createBridge', o);
    this.#bridges.add(o.bridgeId);
    return created;
  }

  answerWebRtc(o: AnswerWebRtc): Promise<{ answerSdp: string }> {
    return this.#onBridge(o.bridgeId, 'answerWebRtc', o);
  }

  setRtpRemote(o: SetRtpRemote): Promise<void> {
    return this.#onBridge(o.bridgeId, 'setRtpRemote', o);
  }

  sendDtmf(o: SendDtmf): Promise<void> {
    // Digits take their time, and may wait for as many of another caller.
    const digitMs = (o.toneMs ?? 100) + (o.gapMs ?? 70) + 100;
    const timeoutMs = REQUEST_TIMEOUT_MS + 64 * Math.min(digitMs, 12_100);
    return this.#onBridge(o.bridgeId, 'sendDtmf', o, timeoutMs);
  }

  stats(bridgeId: string): Promise<BridgeStats> {
    return this.#onBridge(bridgeId, 'stats', bridgeId);
  }

  async closeBridge(bridgeId: string): Promise<void> {
    if (!this.#bridges.delete(bridgeId)) return;
    try {
      await this.#request('closeBridge', bridgeId);
    } catch (error) {
      // With its process the bridge is gone too.
      if (!(error instanceof MediaEngineError && error.code === 'engine-lost')) throw error;
    }
  }

  on<E extends MediaEngineEvent>(
    event: E,
    handler: (detail: MediaEngineEvents[E]) => void,
  ): () => void {
    return this.#emitter.on(event, handler);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const killer = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
    try {
      if (child.connected) await this.#send(child, 'close', undefined, CLOSE_TIMEOUT_MS);
    } catch (error) {
      // An engine that is hanging or gone need not say good-bye.
      if (!(error instanceof MediaEngineError)) throw error;
    }
    if (child.connected) child.disconnect();
    await gone;
    clearTimeout(killer);
    this.#bridges.clear();
  }

  async #onBridge<M extends EngineMethod>(
    bridgeId: string,
    method: M,
    argument: Argument<M>,
    timeoutMs?: number,
  ): Promise<Value<M>> {
    if (!this.#bridges.has(bridgeId)) {
      throw new MediaEngineError('bridge-unknown', 'no bridge of this id');
    }
    return this.#request(method, argument, timeoutMs);
  }

  async #request<M extends EngineMethod>(
    method: M,
    argument: Argument<M>,
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<Value<M>> {
    if (this.#closed) throw new MediaEngineError('engine-closed', 'the engine was closed');
    await withTimeout(this.#ready, REQUEST_TIMEOUT_MS);
    const child = this.#child;
    if (child === undefined) throw new MediaEngineError('engine-lost', 'no engine process');
    return this.#send(child, method, argument, timeoutMs);
  }

  #send<M extends EngineMethod>(
    child: ChildProcess,
    method: M,
    argument: Argument<M>,
    timeoutMs: number,
  ): Promise<Value<M>> {
    const id = this.#nextId++;
    return new Promise<Value<M>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new MediaEngineError('timeout', `the engine did not answer ${method} in time`));
      }, timeoutMs);
      this.#pending.set(id, {
        resolve: (value) => resolve(value as Value<M>),
        reject,
        timer,
      });
      child.send({ kind: 'request', id, method, argument }, (error) => {
        if (error !== null) this.#settle(id)?.reject(lost('the channel is closed'));
      });
    });
  }

  /** Forks a process; `#ready` resolves when it has started, or when it is worth another look. */
  #launch(): Promise<void> {
    const child = fork(new URL('./engine-process.ts', import.meta.url), {
      // Options of this process (test runner, inspector) are not for the engine.
      execArgv: [],
      env: Object.fromEntries(PASSED_ENVIRONMENT.map((name) => [name, process.env[name]])),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    const startedAt = performance.now();
    const started = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new MediaEngineError('timeout', 'the engine process did not start in time'));
      }, START_TIMEOUT_MS);
      child.on('message', (message: unknown) => {
        if (!isChildMessage(message)) return;
        if (message.kind === 'started') {
          clearTimeout(timer);
          this.#watch(child);
          resolve();
        } else if (message.kind === 'refused') {
          clearTimeout(timer);
          reject(new MediaEngineError(message.code, message.message));
        } else {
          this.#onMessage(message);
        }
      });
      child.once('error', (error) => {
        clearTimeout(timer);
        reject(new MediaEngineError('engine-lost', 'no engine process', { cause: error }));
        this.#onExit(child, startedAt, 'could not be started');
      });
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        reject(lost('it ended while starting'));
        this.#onExit(child, startedAt, signal ?? `exit code ${code}`);
      });
      child.send({ kind: 'start', settings: this.#settings }, (error) => {
        // The exit or error event that follows tells why.
        if (error !== null) child.kill('SIGKILL');
      });
    });
    // Callers wait for it by `withTimeout`; a failure is followed by another launch.
    started.catch(() => undefined);
    this.#ready = started;
    return started;
  }

  #onMessage(message: ChildMessage): void {
    if (message.kind === 'reply') this.#settle(message.id)?.resolve(message.value);
    if (message.kind === 'error') {
      const error = new MediaEngineError(message.code, message.message);
      this.#settle(message.id)?.reject(error);
    }
    if (message.kind === 'event') {
      if (message.event === 'bridge-expired' && 'bridgeId' in message.detail) {
        this.#bridges.delete(message.detail.bridgeId);
      }
      this.#emitter.emit(message.event, message.detail as never);
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    return pending;
  }

  /** Kills a process that lives but does not answer. */
  #watch(child: ChildProcess): void {
    const interval = setInterval(() => {
      this.#send(child, 'ping', undefined, PING_TIMEOUT_MS).catch((error: unknown) => {
        if (error instanceof MediaEngineError && error.code === 'timeout') child.kill('SIGKILL');
      });
    }, PING_INTERVAL_MS);
    interval.unref();
    child.once('exit', () => clearInterval(interval));
  }

  #onExit(child: ChildProcess, startedAt: number, reason: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(lost(reason));
    const bridgeIds = [...this.#bridges];
    this.#bridges.clear();
    if (this.#closed) return;
    this.#relaunch(performance.now() - startedAt >= STABLE_AFTER_MS);
    this.#emitter.emit('engine-lost', { bridgeIds, reason });
  }

  #relaunch(wasStable: boolean): void {
    const delay = wasStable ? BACK_OFF_MIN_MS : this.#backOffMs;
    this.#backOffMs = Math.min(BACK_OFF_MAX_MS, delay * 2);
    this.#ready = new Promise((resolve, reject) => {
      this.#restartTimer = setTimeout(() => this.#launch().then(resolve, reject), delay);
    });
    // Nobody need be waiting for it.
    this.#ready.catch(() => undefined);
  }
}

function lost(reason: string): MediaEngineError {
  return new MediaEngineError('engine-lost', `the engine process was lost: ${reason}`);
}

async function withTimeout(promise: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new MediaEngineError('timeout', 'the engine process is not ready')),
      timeoutMs,
    );
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
