import type { Dialog } from '../dialog/dialog.ts';
import type { SipResponse } from '../message/message.ts';
import { sessionDescriptionOf } from '../message/multipart.ts';
import { ParseError } from '../message/parse-error.ts';
import type { InviteUsage } from './invite-usage.ts';
import { Session, type SessionEvents } from './session.ts';

export type EarlyDialogEvents = SessionEvents & {
  /** A further provisional response of this branch. */
  progress: [response: SipResponse];
  /** Another branch answered, or the call failed. */
  terminated: [];
};

export type EarlyDialogState = 'early' | 'confirmed' | 'terminated';

/**
 * One branch of a forked call before (and, for the one that answers first, after) its answer
 * (RFC 3261 §12.1, §13.2.2.4); each has a session of its own.
 */
export class EarlyDialog extends Session<EarlyDialogEvents> {
  /** Tag of the branch. */
  readonly remoteTag: string;
  protected readonly usage: InviteUsage;
  private phase: EarlyDialogState = 'early';
  private latest: SipResponse;
  private description = '';
  /** Number of the last reliable response taken (RFC 3262 §4). */
  private rseq: number | undefined;

  constructor(usage: InviteUsage, response: SipResponse) {
    super();
    this.usage = usage;
    this.remoteTag = usage.dialog.remoteTag;
    this.latest = response;
  }

  get state(): EarlyDialogState {
    return this.phase;
  }

  get dialog(): Dialog {
    return this.usage.dialog;
  }

  /** Latest response of this branch. */
  get response(): SipResponse {
    return this.latest;
  }

  /** Latest status of this branch. */
  get status(): number {
    return this.latest.statusCode;
  }

  /** Session description of this branch, the latest that came; `''` while there is none. */
  get sdp(): string {
    return this.description;
  }

  /** Called by the call: takes a response that is in order. */
  note(response: SipResponse): void {
    this.latest = response;
    try {
      this.description = sessionDescriptionOf(response) || this.description;
    } catch (error) {
      // Early media that cannot be read is none; the call goes on.
      if (!(error instanceof ParseError)) throw error;
    }
  }

  /**
   * Called by the call: whether a reliable response is the next one. Repeats and those that overtook
   * another are dropped; the peer sends them again (RFC 3262 §4).
   */
  isNext(rseq: number): boolean {
    if (this.rseq !== undefined && rseq !== this.rseq + 1) return false;
    this.rseq = rseq;
    return true;
  }

  /** Called by the call. */
  confirm(): void {
    this.phase = 'confirmed';
  }

  /** Called by the call: the branch is over. */
  terminate(): void {
    if (this.phase !== 'early') return;
    this.phase = 'terminated';
    this.emit('terminated');
  }
}
