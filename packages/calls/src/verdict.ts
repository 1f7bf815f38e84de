import type { EventEnvelope, NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { CallVerdict } from '@trunkline/contracts/call-records.ts';
import type { LegQuality } from '@trunkline/contracts/media.ts';
import { inOrder } from './in-order.ts';
import { explainSip } from './sip-explanations.ts';

/** Below this mean opinion score people complain (ITU-T G.107 Annex B: "some users dissatisfied"). */
export const poorMos = 3.6;
/** Of a shorter talk the figures say little: one late packet of its first second makes them poor. */
const leastTalkMs = 10_000;

type Severity = CallVerdict['severity'];
type Params = Record<string, string>;

/** What a call came to, gathered from its events. */
interface Findings {
  readonly started: NodeEventData<'call.started'> | undefined;
  readonly ended: NodeEventData<'call.ended'> | undefined;
  readonly answered: boolean;
  readonly all: readonly EventEnvelope[];
}

const verdict = (code: string, severity: Severity, params: Params = {}): CallVerdict => ({
  code,
  severity,
  params,
});

/** Ends that say by themselves what happened, whoever was called. */
const plainEnds: Readonly<Record<string, Severity>> = {
  node_lost: 'error',
  node_stopped: 'warning',
  media_engine_lost: 'error',
  media_failed: 'error',
  media_timeout: 'warning',
  client_lost: 'warning',
  no_ack: 'error',
  session_expired: 'warning',
  srtp_refused: 'error',
  too_long: 'notice',
  loop: 'error',
  foreign_minutes: 'warning',
};

/**
 * Says in one stable word what became of a call and how bad that is; the words for people are in
 * verdict-texts.ts. Takes the events of one call in any order, with repetitions.
 */
export function verdictOf(events: readonly EventEnvelope[]): CallVerdict {
  const all = inOrder(events);
  const found: Findings = {
    started: all.find((event) => event.type === 'call.started')?.data,
    ended: all.find((event) => event.type === 'call.ended')?.data,
    answered: all.some(
      (event) => event.type === 'call.answered' || event.type === 'call.picked_up',
    ),
    all,
  };
  const judges = [ofLimits, ofLife, ofEmergency, ofFaults, ofMoves, ofTalk, ofUnanswered];
  for (const judge of judges) {
    const result = judge(found);
    if (result) return { ...result, params: { ...paramsOf(found), ...result.params } };
  }
  return verdict('unknown', 'notice', paramsOf(found));
}

function paramsOf({ started, ended }: Findings): Params {
  return {
    ...(started && { line: started.lineNumber }),
    ...(ended && ended.sipCode !== null && { sipCode: String(ended.sipCode) }),
    ...(ended?.text && { text: ended.text.slice(0, 100) }),
  };
}

/** Toll fraud floor: nothing left the house (VOX-133). */
function ofLimits({ all }: Findings): CallVerdict | null {
  const hit = all.find((event) => event.type === 'limit.hit');
  if (!hit) return null;
  const { reason, destination } = hit.data;
  return verdict(`limit_${reason}`, 'warning', destination === null ? {} : { destination });
}

function ofLife({ ended }: Findings): CallVerdict | null {
  return ended ? null : verdict('in_progress', 'ok');
}

function ofEmergency({ started, answered }: Findings): CallVerdict | null {
  if (!started?.emergency) return null;
  return answered ? verdict('emergency', 'notice') : verdict('emergency_failed', 'error');
}

function ofFaults({ ended, all }: Findings): CallVerdict | null {
  const severity = plainEnds[ended?.cause ?? ''];
  if (severity) return verdict(ended?.cause ?? '', severity);
  if (ended?.cause === 'failed' && all.some((event) => event.type === 'call.media'))
    return lostMedia(all) ? verdict('media_failed', 'error') : null;
  return null;
}

/** Calls that went on to somebody else. */
function ofMoves(findings: Findings): CallVerdict | null {
  const { all, answered, ended } = findings;
  const transfer = all.findLast(
    (event) => event.type === 'call.transferred' && event.data.by === 'local',
  );
  if (transfer?.type === 'call.transferred' && transfer.data.state !== 'tried') {
    const { state, kind, sipCode } = transfer.data;
    const params = { kind, ...(sipCode !== null && { sipCode: String(sipCode) }) };
    return state === 'accepted'
      ? (ofSound(findings) ?? verdict('transferred', 'ok', params))
      : verdict('transfer_failed', 'warning', params);
  }
  const forward = all.findLast((event) => event.type === 'call.forwarded');
  if (forward && !answered && forward.data.state !== 'tried') {
    const { state, reason, method, sipCode } = forward.data;
    // Not the forwarding failed: the caller gave up while it rang at its target.
    if (state === 'failed' && ended?.cause === 'cancelled') return verdict('missed', 'notice');
    const params = { reason, method, ...(sipCode !== null && { sipCode: String(sipCode) }) };
    return state === 'accepted'
      ? verdict('forwarded', 'ok', params)
      : verdict('forward_failed', 'warning', params);
  }
  if (all.some((event) => event.type === 'call.picked_up'))
    return ofSound(findings) ?? verdict('picked_up', 'ok');
  return null;
}

function ofTalk(findings: Findings): CallVerdict | null {
  const { answered, ended } = findings;
  if (!answered) return null;
  const sound = ofSound(findings);
  if (sound) return sound;
  if (ended?.cause === 'normal') return verdict('answered', 'ok', talkTime(ended.durationMs));
  if (ended?.cause === 'transferred') return verdict('transferred', 'ok');
  const code = ended?.sipCode ?? null;
  return code === null
    ? verdict('dropped', 'warning')
    : verdict('dropped_sip', 'warning', { phrase: explainSip(code).phrase });
}

/** Whole seconds, as m:ss. */
function talkTime(durationMs: number): Params {
  const seconds = Math.round(durationMs / 1000);
  return { duration: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` };
}

/** What people heard, if it was bad: silence of one side, or poor quality. */
function ofSound({ all, ended }: Findings): CallVerdict | null {
  const silent = lostMedia(all);
  if (silent) return verdict('one_way_audio', 'warning', { side: silent });
  if ((ended?.durationMs ?? 0) < leastTalkMs) return null;
  const finals = all.flatMap((event) =>
    event.type === 'call.quality' && event.data.final ? [event.data] : [],
  );
  const worst = finals
    .filter(({ quality }) => quality.mos !== null && quality.mos < poorMos)
    .sort((a, b) => (a.quality.mos ?? 5) - (b.quality.mos ?? 5))[0];
  return worst
    ? verdict('poor_quality', 'warning', qualityParams(worst.side, worst.quality))
    : null;
}

function qualityParams(side: string, { mos, lossPercent, jitterMs }: LegQuality): Params {
  return {
    side,
    mos: (mos ?? 0).toFixed(1),
    loss: lossPercent.toFixed(1),
    jitter: String(Math.round(jitterMs)),
  };
}

/** A browser that hangs up closes its audio before the command to end the call has arrived. */
const hangUpMs = 2_000;

/** The side whose audio went away, or never came, and did not come back. */
function lostMedia(all: readonly EventEnvelope[]): string | null {
  const end = all.find((event) => event.type === 'call.ended');
  const hungUpAt = end?.data.by === 'local' ? Date.parse(end.occurredAt) : null;
  const last = new Map<string, string>();
  const holding = new Set<string>();
  let handedOver = false;
  for (const event of all) {
    if (event.type === 'call.held') {
      if (event.data.held) holding.add(event.data.by);
      else holding.delete(event.data.by);
    }
    // Whoever has given the call away takes no part any more: the browser closes its audio.
    if (event.type === 'call.transferred' && event.data.by === 'local')
      handedOver ||= event.data.state === 'accepted';
    if (event.type !== 'call.media' || event.data.state === 'agreed') continue;
    const { side, state } = event.data;
    const hangsUp =
      side === 'webrtc' &&
      state === 'lost' &&
      hungUpAt !== null &&
      hungUpAt - Date.parse(event.occurredAt) <= hangUpMs;
    // A PBX may send nothing while somebody holds.
    const onHold = side !== 'webrtc' && state === 'silent' && holding.size > 0;
    if (!hangsUp && !onHold) last.set(side, state);
  }
  if (handedOver) last.delete('webrtc');
  for (const [side, state] of last) if (state === 'silent' || state === 'lost') return side;
  return null;
}

function ofUnanswered({ started, ended, all }: Findings): CallVerdict | null {
  if (!ended) return null;
  const { cause, sipCode } = ended;
  if (started?.direction === 'incoming') return incomingUnanswered(cause, all);
  if (cause === 'cancelled') return verdict('cancelled', 'ok');
  if (sipCode !== null && sipCode >= 300) {
    const { severity, phrase } = explainSip(sipCode);
    return verdict(`sip_${sipCode}`, severity, { phrase });
  }
  if (cause === 'no_answer' || cause === 'busy' || cause === 'rejected')
    return verdict(cause, 'notice');
  return verdict(ended.text === '' ? 'failed' : 'failed_because', 'error');
}

const incomingCauses: Readonly<Record<string, Severity>> = {
  not_signed_in: 'notice',
  do_not_disturb: 'notice',
  answered_elsewhere: 'ok',
  forwarded: 'ok',
  no_answer: 'notice',
  rejected: 'notice',
  busy: 'notice',
};

function incomingUnanswered(cause: string, all: readonly EventEnvelope[]): CallVerdict {
  const severity = incomingCauses[cause];
  if (severity) return verdict(cause, severity);
  if (cause === 'cancelled' || cause === 'normal') {
    const rang = all.some((event) => event.type === 'call.ringing' && event.data.devices > 0);
    return verdict(rang ? 'missed' : 'missed_silently', 'notice');
  }
  return verdict('failed', 'error');
}
