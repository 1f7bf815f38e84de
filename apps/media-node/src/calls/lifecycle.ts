import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { UserId } from '@trunkline/contracts/ids.ts';
import type { CallEnd } from './causes.ts';
import type { CallEnvironment } from './environment.ts';
import type { LiveCall } from './live-call.ts';

/** What both directions do alike: begin, be answered, end. */

const unexplained: CallEnd = { by: 'system', cause: 'failed', sipCode: null, text: '' };

/** Tells the devices of all users who take part. */
export function publish(env: CallEnvironment, call: LiveCall): void {
  for (const userId of call.facts.users) publishTo(env, call, userId);
}

export function publishTo(env: CallEnvironment, call: LiveCall, userId: UserId): void {
  env.edge.callChanged(call.tenantId, userId, call.viewFor(userId));
}

/** Records the start; the call must be in the registry. */
export function noteStarted(
  env: CallEnvironment,
  call: LiveCall,
  leg: { sipCallId: string; localTag: string | null },
  dialled: NodeEventData<'call.started'>['dialled'],
): void {
  const { facts } = call;
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
    sipCallId: leg.sipCallId,
  });
  env.trace.follow(leg.sipCallId, leg.localTag, aboutOf(call));
  call.sipCallId = leg.sipCallId;
}

export function aboutOf(call: LiveCall) {
  return { tenantId: call.tenantId, callId: call.id };
}

/** The call stands on both sides. */
export function noteAnswered(env: CallEnvironment, call: LiveCall): void {
  call.answeredAt = env.time.now();
  call.answeredMs = env.time.monotonic();
  call.timers.clear('ring');
  call.timers.set('longest', env.bounds.callMs, () =>
    call.input('tooLong', {
      by: 'system',
      cause: 'too_long',
      sipCode: null,
      text: 'longest duration of a call reached',
    }),
  );
  if (call.userId)
    env.recorder.record('call.answered', aboutOf(call), {
      userId: call.userId,
      deviceId: call.deviceId,
    });
  publish(env, call);
}

/** Ends a call for good: event, devices, media, timers. */
export function finish(env: CallEnvironment, call: LiveCall, end: CallEnd | null): void {
  call.end = end ?? unexplained;
  call.timers.end();
  env.calls.remove(call.id);
  const durationMs =
    call.answeredMs === null ? 0 : Math.max(0, Math.round(env.time.monotonic() - call.answeredMs));
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
  for (const userId of call.users) publishTo(env, call, userId);
  call.media?.close();
  if (call.sipCallId !== null) env.trace.release(call.sipCallId, aboutOf(call));
}

/** Ends the call when its browser does not connect in time (again). */
export function awaitBrowser(env: CallEnvironment, call: LiveCall): void {
  call.timers.set('webrtc', env.bounds.webrtcConnectMs, () =>
    call.input('mediaFailed', {
      by: 'system',
      cause: 'media_failed',
      sipCode: null,
      text: 'the browser did not get its media connection up',
    }),
  );
}
