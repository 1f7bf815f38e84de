import { Dialog } from '../dialog/dialog.ts';
import type { DigestClient } from '../digest/client.ts';
import { Headers } from '../message/headers.ts';
import { SipRequest, type SipResponse } from '../message/message.ts';
import { tagOf } from '../message/name-addr.ts';
import { ParseError } from '../message/parse-error.ts';
import type { ClientTransactionUser } from '../transaction/client-transaction.ts';
import { Acknowledgement } from './acknowledgement.ts';
import type { Core } from './core.ts';
import { InviteUsage } from './invite-usage.ts';
import { UNHEARD } from './invite-usage-options.ts';

/** Branches whose answers are acknowledged; more are not met in practice. */
export const MAX_FORKS = 16;

/** Headers of an INVITE that its ACKs and the dialogs of its branches are made of. */
const NEEDED = ['from', 'call-id', 'cseq', 'authorization', 'proxy-authorization'];

/**
 * What is left of a call that is over while its INVITE still waits for answers: repeated ones are
 * acknowledged again, those of other branches are acknowledged and ended (RFC 3261 §13.2.2.4). It
 * waits half a minute, so it keeps nothing of the call.
 */
export class LateAnswers implements ClientTransactionUser {
  private readonly core: Core;
  private readonly invite: SipRequest;
  private readonly acks: Map<string, Acknowledgement | undefined>;
  private readonly digest: DigestClient | undefined;

  /**
   * @param invite as last sent
   * @param acks by branch
   */
  constructor(
    core: Core,
    invite: SipRequest,
    acks: Map<string, Acknowledgement | undefined>,
    digest: DigestClient | undefined,
  ) {
    const headers = new Headers();
    for (const key of NEEDED) headers.copyFrom(invite.headers, key);
    this.core = core;
    this.invite = new SipRequest(invite.method, invite.uri, headers);
    this.acks = acks;
    this.digest = digest;
  }

  onResponse(response: SipResponse): void {
    const { core, acks, invite, digest } = this;
    const tag = tagOf(response.to);
    if (acks.has(tag)) {
      acks.get(tag)?.send();
      return;
    }
    if (acks.size >= MAX_FORKS) return;
    try {
      const dialog = Dialog.fromResponse(invite, response);
      const usage = new InviteUsage(core, dialog, {
        digest,
        contact: core.contact(''),
        role: 'uac',
        offers: 'stable',
        sessionTimer: undefined,
        hooks: UNHEARD,
      });
      acks.set(tag, new Acknowledgement(core, dialog, invite));
      void usage.bye();
    } catch (error) {
      // Without a usable Contact or route there is nobody to acknowledge; the peer gives up by itself.
      if (!(error instanceof ParseError)) throw error;
    }
  }

  onFailure(): void {}
}
