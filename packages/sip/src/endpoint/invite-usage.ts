import type { Dialog } from '../dialog/dialog.ts';
import type { DigestClient } from '../digest/client.ts';
import { createResponse } from '../message/build.ts';
import type { SipRequest } from '../message/message.ts';
import { ParseError } from '../message/parse-error.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { AcceptRepeater } from './accept-repeater.ts';
import { ACCEPT, ALLOW, type Core, type DialogUser } from './core.ts';
import { Exchange } from './exchange.ts';
import { type IncomingInfo, IncomingReinvite } from './incoming-requests.ts';
import { type CallReason, formatReason } from './reason.ts';

/** What the call that owns the dialog hears. */
export interface InviteUsageHooks {
  /** The dialog is over; called once. */
  ended(by: 'remote' | 'local' | 'timeout', request?: SipRequest): void;
  /** @returns whether anybody takes it */
  reinvite(reinvite: IncomingReinvite): boolean;
  info(info: IncomingInfo): void;
  ack(ack: SipRequest): void;
}

/** Requests inside a dialog that an INVITE made, in both directions (RFC 3261 §12.2, §14, §15). */
export class InviteUsage implements DialogUser {
  readonly dialog: Dialog;
  private readonly core: Core;
  private readonly digest: DigestClient | undefined;
  private readonly contact: string;
  private readonly hooks: InviteUsageHooks;
  private ended = false;
  private byePending: Promise<void> | undefined;
  private reinvite: IncomingReinvite | undefined;
  private repeater: AcceptRepeater | undefined;

  constructor(
    core: Core,
    dialog: Dialog,
    digest: DigestClient | undefined,
    contact: string,
    hooks: InviteUsageHooks,
  ) {
    this.core = core;
    this.dialog = dialog;
    this.digest = digest;
    this.contact = contact;
    this.hooks = hooks;
    core.dialogs.set(dialog.key, this);
  }

  /** Takes a request that matched the dialog. */
  receive(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (!this.dialog.acceptSequence(request.cseq.seq)) {
      respond(transaction, 500, [], 'CSeq out of order');
      return;
    }
    if (request.method === 'BYE') {
      // Also when our own BYE is under way: both sides may hang up at once.
      respond(transaction, 200);
      this.finish('remote', request);
      return;
    }
    if (this.ended) {
      respond(transaction, 481);
      return;
    }
    switch (request.method) {
      case 'INVITE':
        this.receiveReinvite(transaction);
        return;
      case 'INFO':
        respond(transaction, 200);
        this.hooks.info({
          request,
          contentType: request.contentType,
          body: request.bodyText,
        });
        return;
      case 'OPTIONS':
        respond(transaction, 200, [
          ['Allow', ALLOW],
          ['Accept', ACCEPT],
        ]);
        return;
      default:
        respond(transaction, 405, [['Allow', ALLOW]]);
    }
  }

  receiveAck(ack: SipRequest): void {
    if (this.repeater?.seq === ack.cseq.seq) {
      this.repeater.stop();
      this.repeater = undefined;
      this.reinvite?.acknowledge(ack);
    }
    this.hooks.ack(ack);
  }

  /**
   * Ends the dialog with a BYE. The session is over at once (§15.1.1); the promise settles when the
   * BYE was answered or given up after timer F.
   *
   * @param by who is reported to have ended it
   */
  bye(reason?: CallReason, by: 'local' | 'timeout' = 'local'): Promise<void> {
    if (this.byePending !== undefined) return this.byePending;
    if (this.ended) return Promise.resolve();
    const request = this.dialog.request('BYE', this.core.viaPrefix);
    request.headers.append('User-Agent', this.core.userAgent);
    if (reason !== undefined) request.headers.append('Reason', formatReason(reason));
    this.byePending = new Promise((resolve) => {
      const done = () => {
        this.core.dialogs.delete(this.dialog.key);
        resolve();
      };
      const user = { onFinal: done, onFailure: done };
      const next = () => this.dialog.nextSequence();
      new Exchange(this.core, request, this.digest, next, user).start();
    });
    this.finish(by);
    return this.byePending;
  }

  /** Forgets the dialog without a word to the peer or the call. */
  discard(): void {
    if (this.ended) return;
    this.ended = true;
    this.dialog.state = 'terminated';
    this.repeater?.stop();
    this.core.dialogs.delete(this.dialog.key);
  }

  drop(): void {
    this.finish('local');
  }

  private finish(by: 'remote' | 'local' | 'timeout', request?: SipRequest): void {
    if (this.ended) return;
    this.ended = true;
    this.dialog.state = 'terminated';
    this.repeater?.stop();
    if (this.reinvite?.answered === false) this.reinvite.reject(487);
    if (this.byePending === undefined) this.core.dialogs.delete(this.dialog.key);
    this.hooks.ended(by, request);
  }

  private receiveReinvite(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (this.reinvite?.answered === false || this.dialog.state === 'early') {
      // A second INVITE before the first is answered (§14.2).
      const seconds = Math.floor(this.core.random() * 11);
      respond(transaction, 500, [['Retry-After', String(seconds)]]);
      return;
    }
    let contacts: SipRequest['contacts'];
    try {
      contacts = request.contacts;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      respond(transaction, error.status, [], error.message);
      return;
    }
    transaction.respond(createResponse(request, 100));
    const reinvite = new IncomingReinvite(this.core, transaction, this.contact, {
      accepted: (repeater) => {
        this.dialog.refreshTarget(contacts);
        this.repeater?.stop();
        this.repeater = repeater;
      },
      unacknowledged: () => void this.bye(undefined, 'timeout'),
    });
    this.reinvite = reinvite;
    transaction.user = {
      localTag: this.dialog.localTag,
      onCancel: () => reinvite.reject(487),
      onAck: (ack) => this.receiveAck(ack),
    };
    if (!this.hooks.reinvite(reinvite)) reinvite.reject(488);
  }
}

function respond(
  transaction: ServerTransaction,
  status: number,
  headers: [string, string][] = [],
  reasonPhrase?: string,
): void {
  const options = reasonPhrase === undefined ? { headers } : { headers, reasonPhrase };
  transaction.respond(createResponse(transaction.request, status, options));
}
