import type { Dialog } from '../dialog/dialog.ts';
import { encodeBody } from '../message/build.ts';
import type { SipRequest } from '../message/message.ts';
import { ACCEPT, type Core } from './core.ts';

/** The ACK for a 2xx, kept to be sent again for every repeat of it (RFC 3261 §13.2.2.4). */
export class Acknowledgement {
  private again: () => void = () => {};

  /**
   * Sends it once.
   *
   * @param invite as last sent; its number and credentials are taken over
   * @param answer SDP, when the 2xx held the offer
   * @throws ParseError when the dialog's target or route cannot be used
   */
  constructor(core: Core, dialog: Dialog, invite: SipRequest, answer = '') {
    const message = dialog.request('ACK', core.viaPrefix, invite.cseq.seq);
    message.headers.copyFrom(invite.headers, 'authorization');
    message.headers.copyFrom(invite.headers, 'proxy-authorization');
    message.headers.add(core.userAgentLine);
    if (answer !== '') {
      message.headers.append('Content-Type', ACCEPT);
      message.body = encodeBody(answer);
    }
    // If the target's host cannot be found the ACK is lost; the peer's own timer ends the call.
    core.sendAck(message, (again) => {
      this.again = again;
    });
  }

  /** Sends it again. */
  send(): void {
    this.again();
  }
}
