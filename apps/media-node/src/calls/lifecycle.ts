import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { UserId } from '@trunkline/contracts/ids.ts';
import type { CallEnd } from './causes.ts';
import type { CallEnvironment } from './environment.ts';
import type { LiveCall } from './live-call.ts';

/** What both directions do alike: begin, be answered, end. */

const unexplained: CallEnd = { by: 'system', cause: 'failed', sipCode: null, text: '' };

/** How a call ends, in one line. */
export function ended(
  by: CallEnd['by'],
  cause: string,
  text = '',
  sipCode: number | null = null,
): CallEnd {
  return { by, cause, sipCode, text };
}

/** Tells the devices of all users who take part. */
export function publish(env: CallEnvironment, call: LiveCall): void {
  for (const userId of call.users) publishTo(env, call, userId);
}

export function publishTo(env: CallEnvironment, call: LiveCall, userId: UserId): void {
  env.edge.callChanged(call.tenantId, userId, env.calls.viewOf(call, userId));
}

/** What may be done with a user's other calls depends on this one. */
export function publishOthers(env: CallEnvironment, call: LiveCall): void {
  const { userId } = call;
  if (!userId) return;
  for (const other of env.calls.standingOf(call.tenantId, userId))
    if (other !== call) publishTo(env, other, userId);
}

/** Records the start; the call must be in the registry and have its near leg. */
export function noteStarted(
  env: CallEnvironment,
  call: LiveCall,
  dialled: NodeEventData<'call.started'>['dialled'],
  diversions: readonly string[] = [],
): void {
  const { facts, near } = call;
  const { line, group } = facts.entry;
  env.recorder.record('call.started', aboutOf(call), {
    direction: facts.direction,
    lineId: line.id,
    lineGroupId: group.id,
    lineNumber: facts.entry.number,
    localNumber: facts.entry.number,
    userIds: [...facts.users],
    remote: facts.remote,
    emergency: facts.emergency,
    private: line.privatePhone,
    // LIN-009, LIN-023: the group switches all its lines on, else each decides.
    journal: group.journal || line.journal,
    dialled,
    sipCallId: near?.port.sipCallId ?? '',
    diversions: diversions.slice(0, 10).map((text) => text.slice(0, 200)),
  });
}

/** A decision about where the call goes, with why. */
export function noteRoute(
  env: CallEnvironment,
  call: LiveCall,
  decision: string,
  detail: string,
  target: string | null = null,
  trace: readonly unknown[] = [],
): void {
  env.recorder.record('call.route', aboutOf(call), {
    decision,
    detail: detail.slice(0, 500),
    target: target?.slice(0, 200) ?? null,
    trace: trace.slice(0, 100),
  });
}

export function aboutOf(call: LiveCall) {
  return { tenantId: call.tenantId, callId: call.id };
}

/** The call stands on both sides. */
export function noteAnswered(env: CallEnvironment, call: LiveCall): void {
  beginTalk(env, call);
  if (call.userId)
    env.recorder.record('call.answered', aboutOf(call), {
      userId: call.userId,
      deviceId: call.deviceId,
    });
  publish(env, call);
  publishOthers(env, call);
}

/** Talk time and the longest life of a call run from here. */
export function beginTalk(env: CallEnvironment, call: LiveCall): void {
  call.answeredAt = env.time.now();
  call.answeredMs = env.time.monotonic();
  call.timers.clear('ring');
  call.timers.clear('forward');
  call.timers.set('longest', env.bounds.callMs, () =>
    call.input('tooLong', ended('system', 'too_long', 'longest duration of a call reached')),
  );
}

/** The user has left a call that goes on without: browser, devices, talk time. */
export function releaseUser(env: CallEnvironment, call: LiveCall, cause: string): void {
  const { userId } = call;
  call.leftMs ??= env.time.monotonic();
  for (const timer of ['webrtc', 'clientGrace', 'deviceGrace'] as const) call.timers.clear(timer);
  call.media?.close();
  call.media = null;
  call.deviceId = null;
  for (const user of call.users) {
    call.parted.set(user, { by: 'local', cause, sipCode: null, elsewhere: false });
    publishTo(env, call, user);
  }
  call.userId = null;
  if (userId)
    for (const other of env.calls.standingOf(call.tenantId, userId)) publishTo(env, other, userId);
}

/** Ends a call for good: event, devices, media, timers. */
export function finish(env: CallEnvironment, call: LiveCall, end: CallEnd | null): void {
  call.end = end ?? unexplained;
  call.timers.end();
  env.calls.remove(call.id);
  for (const leg of [call.near, call.far]) {
    if (leg?.call !== call) continue;
    if (leg.ticket !== null) env.toll.ended(call.tenantId, leg.ticket);
    env.trace.release(leg.port.sipCallId, aboutOf(call));
  }
  for (const [side, quality] of call.quality.finals())
    env.recorder.record('call.quality', aboutOf(call), { side, final: true, quality });
  const endMs = call.leftMs ?? env.time.monotonic();
  const durationMs =
    call.answeredMs === null ? 0 : Math.max(0, Math.round(endMs - call.answeredMs));
  env.recorder.record('call.ended', aboutOf(call), {
    ...call.end,
    text: call.end.text.slice(0, 300),
    durationMs,
  });
  env.logger.info(
    {
      tenant: call.tenantId,
      call: call.id,
      by: call.end.by,
      cause: call.end.cause,
      sipCode: call.end.sipCode,
      durationMs,
    },
    'call ended',
  );
  publish(env, call);
  publishOthers(env, call);
  call.old?.bye();
  call.media?.close();
  call.relay?.close();
  call.step?.abandoned?.(call.end);
}

/** Ends the call when its browser does not connect in time (again). */
export function awaitBrowser(env: CallEnvironment, call: LiveCall): void {
  call.timers.set('webrtc', env.bounds.webrtcConnectMs, () =>
    call.input(
      'mediaFailed',
      ended('system', 'media_failed', 'the browser did not get its media connection up'),
    ),
  );
}
