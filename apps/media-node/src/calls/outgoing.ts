import type { CallMediaResult, RemoteParty } from '@trunkline/contracts/calls.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { type DeviceId, type LineId, newId, type UserId } from '@trunkline/contracts/ids.ts';
import type { LineEntry, TenantModel } from '../config/tenant-model.ts';
import { planOutbound } from '../routing/outbound.ts';
import { partyOf } from '../routing/remote-party.ts';
import { tollTarget } from '../routing/toll-target.ts';
import { attachEffects } from './effects.ts';
import type { CallEnvironment } from './environment.ts';
import { holdOthers } from './hold.ts';
import { follow, placeLeg } from './legs.ts';
import {
  awaitBrowser,
  ended,
  noteRoute,
  noteStarted,
  publish,
  publishOthers,
} from './lifecycle.ts';
import { mayStart } from './limits.ts';
import { LiveCall } from './live-call.ts';
import { CallMedia } from './media.ts';
import { askToll, tollError } from './toll.ts';

interface Caller {
  userId: UserId;
  deviceId: DeviceId;
  /** The browser's offer. */
  sdp: string;
}

export interface DialRequest extends Caller {
  number: string;
  lineId?: LineId | undefined;
  emergencyOnly: boolean;
}

/** What is sent over which line, however it was found. */
interface Outgoing {
  entry: LineEntry;
  digits: string;
  remote: RemoteParty;
  emergency: boolean;
  typed: string;
  /** For the toll-fraud floor; null when it stays inside. */
  tollNumber: string | null;
  trace: readonly unknown[];
  why: string;
}

/**
 * Places a call: decides, opens the media, sends the INVITE, and answers the browser at once.
 * @throws TrunklineError with the code of what stands against it
 */
export function placeCall(
  env: CallEnvironment,
  tenant: TenantModel,
  request: DialRequest,
): Promise<CallMediaResult> {
  const plan = planOutbound(tenant, { ...request, typed: request.number }, (lineId) =>
    env.lines.isOpen(lineId),
  );
  if (!plan.ok) throw new TrunklineError(plan.code);
  const { entry, dialled, emergency } = plan;
  if (!emergency) {
    requireOn(entry, 'dial');
    // A second call beside one that stands is a consultation.
    if (env.calls.standingOf(tenant.tenantId, request.userId).length > 0)
      requireOn(entry, 'consult');
  }
  return place(env, tenant, request, {
    entry,
    digits: dialled.digits,
    remote: partyOf(tenant, entry.location, dialled.number),
    emergency,
    typed: request.number,
    tollNumber: tollTarget(dialled, entry.location),
    trace: dialled.trace,
    why: emergency ? 'emergency number' : request.lineId ? 'line chosen by the user' : 'own line',
  });
}

/**
 * Dials a code of the PBX as it is, without dial rules (LIN-070, LIN-071).
 * @throws TrunklineError
 */
export function placeCode(
  env: CallEnvironment,
  tenant: TenantModel,
  caller: Caller,
  o: { entry: LineEntry; code: string; name: string; why: string },
): Promise<CallMediaResult> {
  if (tenant.state === 'suspended') throw new TrunklineError('tenant_suspended');
  if (!env.lines.isOpen(o.entry.line.id)) throw new TrunklineError('line_not_ready');
  const { location } = o.entry;
  const raw = { class: 'raw', digits: o.code, number: o.code } as const;
  const dialled = { ok: true, ...raw, emergency: null, lettersDropped: false, trace: [] } as const;
  return place(env, tenant, caller, {
    entry: o.entry,
    digits: o.code,
    remote: { number: null, display: o.code, name: o.name, userId: null },
    emergency: false,
    typed: o.code,
    tollNumber: tollTarget(dialled, location),
    trace: [],
    why: o.why,
  });
}

async function place(
  env: CallEnvironment,
  tenant: TenantModel,
  caller: Caller,
  out: Outgoing,
): Promise<CallMediaResult> {
  const { entry } = out;
  const line = env.lines.specOf(entry.line.id);
  if (!line) throw new TrunklineError('line_not_ready');
  const call = outgoingCall(env, caller, out);
  if (!out.emergency && !mayStart(env.calls.all(), call, env.limits))
    throw new TrunklineError('too_many_calls');
  const toll = askToll(env, {
    tenant,
    userId: caller.userId,
    lineId: entry.line.id,
    ticket: call.id,
    number: out.tollNumber,
    emergency: out.emergency,
  });
  if (!toll.ok) throw tollError(toll);
  // Counted from here on, so that two commands at once cannot both pass the limit.
  env.calls.add(call);
  holdOthers(env, call, caller.userId);
  let opened: Awaited<ReturnType<typeof CallMedia.open>>;
  try {
    opened = await CallMedia.open(env, call.id, caller.sdp, entry.group.clientCodecs);
  } catch (error) {
    abandon(env, call);
    env.logger.warn({ tenant: tenant.tenantId, call: call.id, err: error }, 'media not opened');
    throw new TrunklineError('media_failed', { cause: error });
  }
  const { media } = opened;
  call.media = media;
  if (call.phase !== 'placing') {
    // The node stops, or its engine died, before anybody else heard of the call.
    abandon(env, call);
    throw new TrunklineError('no_media_node');
  }
  awaitBrowser(env, call);
  attachEffects(env, call);
  try {
    placeLeg(env, {
      call,
      role: 'near',
      entry,
      line,
      digits: out.digits,
      place: media.place,
      first: media.codec ? [media.codec] : [],
      ticket: out.emergency ? null : call.id,
    });
  } catch (error) {
    // No SIP address can be made of it.
    abandon(env, call);
    throw new TrunklineError('number_invalid', { cause: error });
  }
  call.timers.set('ring', env.bounds.ringMs, () =>
    call.input('ringTimeout', ended('system', 'no_answer', 'nobody answered in time')),
  );
  if (out.emergency) env.callbacks.note(entry.line.id);
  noteStarted(env, call, { typed: out.typed, sent: out.digits, trace: [...out.trace] });
  noteRoute(env, call, 'line', out.why, out.digits, out.trace);
  if (call.near) follow(env, call.near);
  publish(env, call);
  publishOthers(env, call);
  return { callId: call.id, sdp: opened.answerSdp };
}

/** Forgets a call that never left this node. */
function abandon(env: CallEnvironment, call: LiveCall): void {
  call.timers.end();
  env.calls.remove(call.id);
  env.toll.ended(call.tenantId, call.id);
  call.media?.close();
}

function outgoingCall(env: CallEnvironment, caller: Caller, out: Outgoing): LiveCall {
  const call = new LiveCall(
    {
      id: newId('call'),
      direction: 'outgoing',
      entry: out.entry,
      users: [caller.userId],
      remote: out.remote,
      emergency: out.emergency,
    },
    'placing',
    env.time,
  );
  call.userId = caller.userId;
  call.deviceId = caller.deviceId;
  return call;
}

/** @throws TrunklineError `function_off` (LIN-026) */
export function requireOn(entry: LineEntry, name: LineEntry['group']['functions'][number]): void {
  if (!entry.group.functions.includes(name)) throw new TrunklineError('function_off');
}
