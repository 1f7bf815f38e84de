import type { SipResponse } from '../message/message.ts';
import type { Replaces } from '../message/replaces.ts';
import { Emitter } from './emitter.ts';
import type { SessionRequestError } from './session-request-error.ts';

export interface ReferOptions {
  /** URI or name-addr of whom the other side is to call. */
  referTo: string;
  /** The call at that place which the new one replaces: an attended transfer. */
  replaces?: Omit<Replaces, 'earlyOnly'> & { earlyOnly?: boolean };
  /** URI or name-addr of who asks (RFC 3892). */
  referredBy?: string;
  /** Ask not to be told how it goes on (RFC 4488). */
  noSubscription?: boolean;
  headers?: readonly (readonly [name: string, value: string])[];
}

export type ReferralEvents = {
  /** A provisional status of the call the other side places. */
  progress: [progress: { status: number; reason: string }];
  /**
   * The last word, told once: the final status of that call, 408 when nothing was heard in time, 202
   * when the other side accepted but will not tell, or the status the REFER was refused with.
   */
  done: [outcome: { status: number; reason: string }];
};

/** A transfer we asked for, and how it goes on (RFC 3515 §2.4). */
export class Referral extends Emitter<ReferralEvents> {
  /** The 2xx to the REFER; rejects with `SessionRequestError`. */
  readonly accepted: Promise<SipResponse>;
  private last: { status: number; reason: string } | undefined;
  private finished = false;

  constructor(accepted: Promise<SipResponse>) {
    super();
    this.accepted = accepted;
    // Who only listens to `done` need not look at the promise.
    accepted.catch((error: SessionRequestError) =>
      this.finish({ status: error.status, reason: error.reason }),
    );
  }

  /** True once `done` was told. */
  get isDone(): boolean {
    return this.finished;
  }

  /** Latest status told by the other side. */
  get latest(): { status: number; reason: string } | undefined {
    return this.last;
  }

  /** Called by the dialog: the other side told a status. */
  tell(status: number, reason: string): void {
    if (this.finished) return;
    this.last = { status, reason };
    if (status < 200) this.emit('progress', { status, reason });
    else this.finish({ status, reason });
  }

  /** Called by the dialog: nothing more will be told. */
  finish(outcome: { status: number; reason: string }): void {
    if (this.finished) return;
    this.finished = true;
    this.emit('done', outcome);
  }
}

/** A transfer that could not even be asked for; `done` follows after the caller's turn. */
export function refusedReferral(error: SessionRequestError): Referral {
  return new Referral(Promise.reject(error));
}
