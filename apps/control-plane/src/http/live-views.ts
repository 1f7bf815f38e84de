import { TrunklineError } from '@trunkline/contracts/errors.ts';

/** How many live views one process serves, together and of one tenant. */
export interface LiveViewLimits {
  readonly all: number;
  readonly perTenant: number;
}

/** One source of a live view: what is new, or null when the view has ended. */
export type NextEvents = () => Promise<readonly { id: string }[] | null>;

const pollMs = 1_000;
/** Something is sent at least this often, so that proxies keep the connection. */
const quietMs = 15_000;

/** Live views as server-sent events (WHATWG HTML §9.2), bounded in number. */
export class LiveViews {
  readonly #limits: LiveViewLimits;
  readonly #ofTenant = new Map<string, number>();
  #all = 0;

  constructor(limits: LiveViewLimits = { all: 100, perTenant: 5 }) {
    this.#limits = limits;
  }

  /**
   * Opens a view. Events carry their id; the last one is `event: end`. A reader who does not keep up
   * is not sent more until it does.
   * @throws TrunklineError `rate_limited` when too many are open
   */
  open(tenantId: string, next: NextEvents): ReadableStream<Uint8Array> {
    const leave = this.#enter(tenantId);
    const encoder = new TextEncoder();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let quietFor = 0;
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      leave();
    };
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        const say = (text: string) => controller.enqueue(encoder.encode(text));
        const look = async () => {
          // Null: the reader has not taken what it was sent; look again later.
          const events = (controller.desiredSize ?? 0) > 0 ? await next() : [];
          if (over) return;
          if (events === null) {
            say('event: end\ndata: {}\n\n');
            end();
            controller.close();
            return;
          }
          for (const event of events) say(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
          quietFor = events.length > 0 ? 0 : quietFor + pollMs;
          if (quietFor >= quietMs) {
            quietFor = 0;
            say(': quiet\n\n');
          }
          plan();
        };
        const plan = () => {
          timer = setTimeout(() => {
            look().catch((error: unknown) => {
              if (over) return;
              end();
              controller.error(error);
            });
          }, pollMs);
        };
        say(': open\n\n');
        plan();
      },
      cancel: end,
    });
  }

  #enter(tenantId: string): () => void {
    const own = this.#ofTenant.get(tenantId) ?? 0;
    if (this.#all >= this.#limits.all || own >= this.#limits.perTenant)
      throw new TrunklineError('rate_limited', { retryAfterSeconds: 30 });
    this.#all += 1;
    this.#ofTenant.set(tenantId, own + 1);
    return () => {
      this.#all -= 1;
      const left = (this.#ofTenant.get(tenantId) ?? 1) - 1;
      if (left > 0) this.#ofTenant.set(tenantId, left);
      else this.#ofTenant.delete(tenantId);
    };
  }
}
