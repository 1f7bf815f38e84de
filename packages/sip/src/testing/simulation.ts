import { SipEndpoint, type SipEndpointOptions } from '../endpoint/endpoint.ts';
import { FakeClock } from './fake-clock.ts';
import { MemoryNetwork } from './memory-network.ts';
import { WireLog } from './wire-log.ts';

/** Endpoints on a simulated network under a fake clock: minutes of SIP in milliseconds. */
export class Simulation {
  /** Starts away from zero, so that a forgotten time shows. */
  readonly clock = new FakeClock(1_000_000);
  readonly network = new MemoryNetwork(this.clock);

  /** Opens an endpoint at an address of its own, port 5060. */
  async endpoint(
    address: string,
    options: Partial<SipEndpointOptions> = {},
  ): Promise<{ endpoint: SipEndpoint; log: WireLog }> {
    const log = new WireLog();
    const endpoint = await SipEndpoint.listen({
      listeners: [{ transport: 'udp', bindAddress: address, port: 5060 }],
      userAgent: 'simulation',
      clock: this.clock,
      onMessage: log.record,
      random: () => 0.5,
      openTransport: ({ transport, bindAddress, port }, listener) =>
        Promise.resolve(this.network.open({ address: bindAddress, port }, listener, transport)),
      ...options,
    });
    return { endpoint, log };
  }

  /** Lets time pass; promises settle before and after every timer. */
  async run(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await settle();
    for (let next = this.clock.nextIn; next !== undefined; next = this.clock.nextIn) {
      if (this.clock.now() + next > end) break;
      this.clock.advance(next);
      await settle();
    }
    this.clock.advance(end - this.clock.now());
    await settle();
  }
}

/** Lets every pending microtask run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
