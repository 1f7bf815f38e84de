/**
 * What is attacked: an endpoint guarded as a media node's, at UDP and TCP, that serves one PBX. It
 * answers calls; for those to `back` it also calls the PBX.
 *
 * Arguments: own port, address and port of the PBX, T1 and penalty in milliseconds. Prints `ready`,
 * and a `TargetReport` as JSON for each line it reads.
 */
import { createInterface } from 'node:readline';
import { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import type { GateCounters } from '@trunkline/sip/endpoint/gate.ts';

export interface TargetReport {
  /** Bytes of the heap in use after a collection. */
  readonly heap: number;
  readonly transactions: number;
  readonly calls: number;
  readonly gate: Readonly<GateCounters>;
  /** Calls to the PBX that were answered and ended in order, and all that were placed. */
  readonly outgoing: { readonly placed: number; readonly complete: number };
}

const [port = '', pbxAddress = '', pbxPort = '', t1 = '', penaltyMs = ''] = process.argv.slice(2);
const collect = globalThis.gc;
if (collect === undefined) throw new Error('needs --expose-gc');

const SDP = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...['m=audio 40000 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000', ''],
].join('\r\n');

const endpoint = await SipEndpoint.listen({
  listeners: (['udp', 'tcp'] as const).map((transport) => ({
    transport,
    bindAddress: '127.0.0.1',
    port: Number(port),
  })),
  userAgent: 'target',
  timers: { t1: Number(t1) },
  admission: ({ address }) => (address === pbxAddress ? 'accept' : 'refuse'),
  gate: { penaltyMs: Number(penaltyMs), longestPenaltyMs: Number(penaltyMs) },
});

let placed = 0;
let complete = 0;

endpoint.onInvite((call) => {
  call.ringing();
  call.answer(SDP);
  if (call.requestUri.kind === 'sip' && call.requestUri.user === 'back') callBack();
});

function callBack(): void {
  placed += 1;
  const call = endpoint.invite({
    requestUri: `sip:desk@${pbxAddress}:${pbxPort}`,
    to: `sip:desk@${pbxAddress}`,
    from: 'sip:target@127.0.0.1',
    contactUser: 'target',
    body: SDP,
  });
  call.on('ended', ({ by }) => {
    if (by === 'remote') complete += 1;
  });
}

createInterface({ input: process.stdin }).on('line', () => {
  collect();
  const report: TargetReport = {
    heap: process.memoryUsage().heapUsed,
    transactions: endpoint.transactionCount,
    calls: endpoint.callCount,
    gate: endpoint.admissionCounters as GateCounters,
    outgoing: { placed, complete },
  };
  console.log(JSON.stringify(report));
});
process.on('SIGTERM', () => {
  endpoint.close().then(() => process.exit(0));
});
console.log('ready');
