/** One rtpengine daemon: whether it answers, and whether it is still the same process. */
import type { MediaEngineError } from '../../engine-error.ts';
import { type NgAddress, NgClient, NgError } from './ng-client.ts';
import { readUptime } from './query.ts';

/** How often a daemon is asked, ms. */
const CHECK_INTERVAL_MS = 1000;
/** Without an answer for this long its calls count as lost, ms. */
const LOST_AFTER_MS = 10_000;

export interface NgHostEvents {
  /** The daemon began anew or is out of reach: its calls are gone. */
  onLost(reason: string): void;
}

export class NgHost {
  readonly client: NgClient;
  readonly #events: NgHostEvents;
  readonly #timer: NodeJS.Timeout;
  #uptime: number | undefined;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #isUp = false;
  #isLost = true;
  #checking: Promise<void> | undefined;

  /** Opens the client and asks the daemon once. */
  static async open(address: NgAddress, events: NgHostEvents): Promise<NgHost> {
    const host = new NgHost(await NgClient.open(address), events);
    await host.check();
    return host;
  }

  private constructor(client: NgClient, events: NgHostEvents) {
    this.client = client;
    this.#events = events;
    this.#timer = setInterval(() => void this.check(), CHECK_INTERVAL_MS);
    this.#timer.unref();
  }

  /** Whether new calls may go there. */
  get isUp(): boolean {
    return this.#isUp;
  }

  get name(): string {
    const { host, port } = this.client.address;
    return `${host}:${port}`;
  }

  /** Asks the daemon now; requests that come at once share the answer. */
  check(): Promise<void> {
    this.#checking ??= this.#ask().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  /** Takes note that a request was left unanswered. */
  suspect(error: MediaEngineError): void {
    if (error.code === 'timeout') this.#isUp = false;
  }

  close(): void {
    clearInterval(this.#timer);
    this.client.close();
  }

  async #ask(): Promise<void> {
    try {
      const uptime = readUptime(await this.client.request('statistics'));
      const hasRestarted =
        uptime !== undefined && this.#uptime !== undefined && uptime < this.#uptime;
      this.#uptime = uptime ?? this.#uptime;
      this.#answeredAt = performance.now();
      this.#isUp = true;
      if (hasRestarted && !this.#isLost) this.#events.onLost('rtpengine was started again');
      this.#isLost = false;
    } catch (error) {
      if (!(error instanceof NgError) || error.code === 'closed') return;
      this.#isUp = false;
      if (this.#isLost || performance.now() - this.#answeredAt < LOST_AFTER_MS) return;
      this.#isLost = true;
      this.#events.onLost('rtpengine does not answer');
    }
  }
}
