import { asApiError } from '@trunkline/ui/api/errors.ts';
import type { Realtime } from '@trunkline/ui/realtime/socket.ts';

/** What can be asked for a call without touching its media. All but `hangUp` reject with ApiError. */
export interface CallCommands {
  reject(callId: string, variant?: 'busy' | 'decline'): Promise<void>;
  /** Sends a call that rings here to another number. */
  redirect(callId: string, number: string): Promise<void>;
  hold(callId: string): Promise<void>;
  /** Takes a held call back; what runs meanwhile is held instead. */
  resume(callId: string): Promise<void>;
  /** Hands the other side over to a number without asking there first. */
  transfer(callId: string, number: string): Promise<void>;
  /** Joins the other sides of two own calls. */
  connect(callId: string, otherCallId: string): Promise<void>;
  hangUp(callId: string): void;
}

/** The telephone system answers these, which may take a while, milliseconds. */
const pbxPatience = 15_000;
/** How often hanging up is asked for at the most, and how long it waits in between, milliseconds. */
const hangUpTries = 20;
const hangUpAgain = 400;
/** Answers of a service that will know the call again in a moment. */
const comingBack = new Set<string>(['unavailable', 'no_media_node']);

export function createCallCommands(command: Realtime['command']): CallCommands {
  /**
   * Asked again while the service is coming back: hanging up twice does no harm. What never gets
   * through is covered by the media, whose end ends the leg on the service's side too.
   */
  function hangUp(callId: string, triesLeft = hangUpTries): void {
    command('call.hangup', { callId: callId as never }).catch((error: unknown) => {
      if (triesLeft <= 1 || !comingBack.has(asApiError(error).code)) return;
      setTimeout(() => hangUp(callId, triesLeft - 1), hangUpAgain);
    });
  }
  const patient = { timeoutMs: pbxPatience };
  return {
    async reject(callId, variant = 'busy') {
      await command('call.reject', { callId: callId as never, variant });
    },
    async redirect(callId, number) {
      await command('call.redirect', { callId: callId as never, number }, patient);
    },
    async hold(callId) {
      await command('call.hold', { callId: callId as never }, patient);
    },
    async resume(callId) {
      await command('call.resume', { callId: callId as never }, patient);
    },
    async transfer(callId, number) {
      await command('call.transfer', { callId: callId as never, number }, patient);
    },
    async connect(callId, otherCallId) {
      await command(
        'call.connect',
        { callId: callId as never, otherCallId: otherCallId as never },
        patient,
      );
    },
    hangUp: (callId) => hangUp(callId),
  };
}
