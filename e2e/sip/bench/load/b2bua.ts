/**
 * A bare SIP ⇄ SIP back-to-back user agent on the stack: for the benchmark only. Every call of one
 * side becomes a call to the target; answers, bodies and ends are carried over.
 *
 * Arguments: own port, target host:port. Prints `ready` when it listens.
 */

import { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import type { IncomingCall } from '@trunkline/sip/endpoint/incoming-call.ts';

const [port = '', target = ''] = process.argv.slice(2);

const endpoint = await SipEndpoint.listen({
  listeners: [{ transport: 'udp', bindAddress: '127.0.0.1', port: Number(port) }],
  userAgent: 'b2bua',
  // Three transactions of an ended call wait 32 s for repeats: 1,800 calls/s are 172,800 of them.
  maxTransactions: 250_000,
});

endpoint.onInvite((incoming) => bridge(incoming));

function bridge(incoming: IncomingCall): void {
  const outgoing = endpoint.invite({
    requestUri: `sip:service@${target}`,
    to: `<sip:service@${target}>`,
    from: '<sip:caller@127.0.0.1>',
    contactUser: 'b2bua',
    body: incoming.body,
  });
  outgoing.on('provisional', ({ statusCode }) => {
    if (statusCode === 180) incoming.ringing();
  });
  outgoing.on('answered', (response) => incoming.answer(response.bodyText));
  outgoing.on('failed', ({ response }) => incoming.reject(response?.statusCode ?? 500));
  outgoing.on('ended', () => void incoming.bye());
  incoming.on('cancelled', () => outgoing.cancel());
  incoming.on('ended', ({ by }) => {
    if (by !== 'local') void outgoing.bye();
  });
}

process.on('SIGTERM', () => {
  endpoint.close().then(() => process.exit(0));
});
console.log('ready');
