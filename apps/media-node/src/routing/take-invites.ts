import { createRateLimiter } from '@trunkline/platform/rate-limit.ts';
import type { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import type { IncomingCall } from '@trunkline/sip/endpoint/incoming-call.ts';
import { parseNameAddr } from '@trunkline/sip/message/name-addr.ts';
import { ParseError } from '@trunkline/sip/message/parse-error.ts';
import { userOf } from '@trunkline/sip/message/uri.ts';
import type { CallEnvironment } from '../calls/environment.ts';
import { receiveCall } from '../calls/incoming.ts';
import { takeOver } from '../calls/take-over.ts';
import type { PbxPeers, RequestSource } from '../sip/peers.ts';
import type { SipPbx } from '../sip/sip-pbx.ts';
import { tlsPeerOf } from '../sip/target.ts';
import { routeInbound } from './inbound.ts';
import { reportedParty } from './remote-party.ts';

/** Takes the INVITEs of the SIP endpoint to the lines they are for. */
export function takeInvites(
  env: CallEnvironment,
  endpoint: SipEndpoint,
  pbx: SipPbx,
  peers: PbxPeers,
): void {
  // Scanners send INVITEs by the thousand: the log names each of them now and then.
  const strangers = createRateLimiter({
    capacity: 3,
    refillPerSecond: 1 / 60,
    maxKeys: 1000,
    clock: env.time,
  });
  const take = (call: IncomingCall) => {
    const called = call.request.headers.get('p-called-party-id');
    const decision = routeInbound(
      {
        requestUser: userOf(call.requestUri),
        toUser: userOf(call.to.uri),
        calledPartyUser: called === undefined ? null : calledUserOf(called),
        sourcePort: call.remote.port,
      },
      env.tenants.lines(),
      peers.groupsAt(sourceOf(call)),
      (lineId) => env.lines.isOpen(lineId),
    );
    if (!decision.ok) {
      const fields = { source: call.remote.address, status: decision.status };
      if (strangers.take(call.remote.address).ok)
        env.logger.warn(fields, 'INVITE of nobody we know refused');
      call.reject(decision.status);
      return;
    }
    const { entry } = decision;
    if (entry.group.transport === 'tls') endpoint.expectPeer(call.callId, tlsPeerOf(entry.group));
    const tenant = env.tenants.get(entry.tenantId);
    if (!tenant) {
      call.reject(404);
      return;
    }
    // Running calls of a suspended tenant go on, new ones do not begin (PLT-015).
    if (tenant.state === 'suspended') {
      call.reject(480);
      return;
    }
    const named = pbx.replacedBy(call);
    if (named && 'status' in named) {
      call.reject(named.status);
      return;
    }
    const leg = pbx.incoming(call, env.lines.specOf(entry.line.id));
    const remote = reportedParty(tenant, entry.location, leg.caller);
    if (named) takeOver(env, entry, leg, { replaced: named.leg, remote });
    else receiveCall(env, entry, leg, remote);
  };
  endpoint.onInvite((call) => {
    try {
      take(call);
    } catch (error) {
      // One INVITE must never take the node down.
      env.logger.error({ err: error }, 'INVITE could not be handled');
      call.reject(500);
    }
  });
}

function sourceOf(call: IncomingCall): RequestSource {
  const { address, listener, certificate } = call.remote;
  const source = { address, transport: listener?.name ?? 'udp' };
  return certificate ? { ...source, certificate } : source;
}

/** User part of a P-Called-Party-ID; null when it cannot be read. */
function calledUserOf(value: string): string | null {
  try {
    return userOf(parseNameAddr(value, 'P-Called-Party-ID').uri);
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}
