import type { SipEndpoint, SipEndpointOptions } from '../endpoint/endpoint.ts';
import type { IncomingCall } from '../endpoint/incoming-call.ts';
import type { OutgoingCall, OutgoingInviteOptions } from '../endpoint/outgoing-call.ts';
import { Simulation } from './simulation.ts';
import type { WireLog } from './wire-log.ts';

/** A session description with a version, so that each is told from the others. */
export function sdp(name: string, version = 1): string {
  return `v=0\r\no=${name} 1 ${version} IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n`;
}

export interface CallPair {
  sim: Simulation;
  caller: { endpoint: SipEndpoint; log: WireLog };
  callee: { endpoint: SipEndpoint; log: WireLog };
  dial(options?: Partial<OutgoingInviteOptions>): OutgoingCall;
  /** Incoming calls at the callee in their order. */
  incoming: IncomingCall[];
  /** Dials, answers with `sdp('callee')` and waits for the ACK. */
  connect(
    options?: Partial<OutgoingInviteOptions>,
    answer?: (call: IncomingCall) => void,
  ): Promise<{ out: OutgoingCall; inc: IncomingCall }>;
}

/** Two endpoints on a simulated network. */
export async function callPair(
  options: { caller?: Partial<SipEndpointOptions>; callee?: Partial<SipEndpointOptions> } = {},
): Promise<CallPair> {
  const sim = new Simulation();
  const caller = await sim.endpoint('10.0.0.1', options.caller);
  const callee = await sim.endpoint('10.0.0.2', options.callee);
  const incoming: IncomingCall[] = [];
  callee.endpoint.onInvite((call) => incoming.push(call));
  const dial = (extra: Partial<OutgoingInviteOptions> = {}) =>
    caller.endpoint.invite({
      requestUri: 'sip:20@10.0.0.2',
      to: 'sip:20@x.example',
      from: 'sip:10@x.example',
      contactUser: '10',
      body: sdp('caller'),
      ...extra,
    });
  return {
    sim,
    caller,
    callee,
    dial,
    incoming,
    connect: async (extra = {}, answer = (call) => call.answer(sdp('callee'))) => {
      const out = dial(extra);
      await sim.run(20);
      const inc = incoming.at(-1);
      if (inc === undefined) throw new Error('no call came in');
      answer(inc);
      await sim.run(20);
      return { out, inc };
    },
  };
}
