import { Dialog, type DialogSnapshot } from '@trunkline/sip/dialog/dialog.ts';
import type { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import type { IncomingCall } from '@trunkline/sip/endpoint/incoming-call.ts';
import type { IncomingReinvite } from '@trunkline/sip/endpoint/incoming-requests.ts';
import type { OutgoingCall } from '@trunkline/sip/endpoint/outgoing-call.ts';
import { tagOf } from '@trunkline/sip/message/name-addr.ts';
import { escapeUser, userOf } from '@trunkline/sip/message/uri.ts';
import type {
  IncomingHandlers,
  IncomingLeg,
  OutgoingHandlers,
  OutgoingLeg,
  PbxPort,
  ReinviteAnswer,
} from '../calls/pbx.ts';
import type { RegistrationSpec } from '../lines/registrar.ts';

const defaultSipPort = 5060;

/** Legs towards the PBX by the SIP stack. */
export class SipPbx implements PbxPort {
  private readonly endpoint: SipEndpoint;
  /** BYEs under way: a stopping node waits for them. */
  private readonly leaving = new Set<Promise<void>>();

  constructor(endpoint: SipEndpoint) {
    this.endpoint = endpoint;
  }

  invite(o: {
    line: RegistrationSpec;
    digits: string;
    sdp: string;
    handlers: OutgoingHandlers;
  }): OutgoingLeg {
    const { line, handlers } = o;
    const call = this.endpoint.invite({
      requestUri: uriOf(line, o.digits, true),
      to: `<${uriOf(line, o.digits, false)}>`,
      from: `<${uriOf(line, line.userName, false)}>`,
      contactUser: line.contactUser,
      outboundProxy: { host: line.registrarHost, port: line.registrarPort, transport: 'udp' },
      ...credentialsOf(line),
      body: o.sdp,
    });
    call.on('provisional', (response) =>
      handlers.progress({ status: response.statusCode, sdp: bodyOf(response.bodyText) }),
    );
    call.on('answered', (response) =>
      handlers.answered({
        sdp: bodyOf(response.bodyText),
        dialog: Dialog.fromResponse(call.request, response).snapshot(),
      }),
    );
    call.on('failed', ({ response, reasonPhrase }) =>
      handlers.failed({ status: response?.statusCode ?? null, reason: reasonPhrase }),
    );
    call.on('ended', ({ by }) => handlers.ended({ reason: by === 'timeout' ? 'timeout' : '' }));
    call.on('reinvite', (reinvite) => answerReinvite(reinvite, handlers));
    return {
      sipCallId: call.callId,
      localTag: tagOf(call.request.from),
      cancel: () => call.cancel(),
      bye: () => this.leave(call),
    };
  }

  /** An INVITE as call control takes it. */
  incoming(call: IncomingCall): IncomingLeg {
    return {
      sipCallId: call.callId,
      offer: bodyOf(call.body),
      caller: { user: userOf(call.from.uri), displayName: call.from.displayName || null },
      handle: (handlers) => attach(call, handlers),
      ring: () => call.ringing(),
      answer: (sdp) => call.answer(sdp),
      reject: (status) => call.reject(status),
      bye: () => this.leave(call),
    };
  }

  /** Ends a leg an earlier start of this node left behind. */
  endOrphan(dialog: DialogSnapshot, line: RegistrationSpec | undefined): Promise<void> {
    const credentials = line && credentialsOf(line).credentials;
    return this.endpoint.endDialog(dialog, credentials);
  }

  /** Resolves when no BYE is under way. */
  async settled(): Promise<void> {
    while (this.leaving.size > 0) await Promise.all(this.leaving);
  }

  private leave(call: OutgoingCall | IncomingCall): void {
    const left = call.bye().finally(() => this.leaving.delete(left));
    this.leaving.add(left);
  }
}

function attach(call: IncomingCall, handlers: IncomingHandlers): void {
  call.on('cancelled', (cancel) =>
    handlers.cancelled({ elsewhere: saysElsewhere(cancel?.headers.get('reason')) }),
  );
  call.on('confirmed', (ack) =>
    handlers.confirmed({ sdp: bodyOf(ack.bodyText), dialog: call.dialog.snapshot() }),
  );
  call.on('ended', ({ by }) => {
    if (by === 'timeout') handlers.unconfirmed();
    else handlers.ended({ reason: '' });
  });
  call.on('reinvite', (reinvite) => answerReinvite(reinvite, handlers));
  if (call.state === 'terminated') handlers.cancelled({ elsewhere: false });
}

function answerReinvite(
  reinvite: IncomingReinvite,
  handlers: Pick<OutgoingHandlers, 'reinvite' | 'acknowledged'>,
): void {
  const offer = bodyOf(reinvite.body);
  const answer = (result: ReinviteAnswer) => {
    if ('sdp' in result) reinvite.accept(result.sdp);
    else reinvite.reject(result.status);
  };
  if (offer === null)
    reinvite.onAck((ack) => {
      const sdp = bodyOf(ack.bodyText);
      if (sdp !== null) handlers.acknowledged(sdp);
    });
  handlers.reinvite(offer).then(answer, () => reinvite.reject(500));
}

/** "Call completed elsewhere" (RFC 3326): another phone took the call (SVC-019). */
function saysElsewhere(reason: string | undefined): boolean {
  return reason !== undefined && /^\s*SIP\s*;.*\bcause\s*=\s*200\b/i.test(reason);
}

function uriOf(line: RegistrationSpec, user: string, withPort: boolean): string {
  const host = line.domain ?? line.registrarHost;
  const port =
    withPort && line.domain === null && line.registrarPort !== defaultSipPort
      ? `:${line.registrarPort}`
      : '';
  return `sip:${escapeUser(user)}@${host}${port}`;
}

function credentialsOf(line: RegistrationSpec) {
  return line.password === null
    ? {}
    : { credentials: { username: line.authUserName, password: line.password } };
}

function bodyOf(text: string): string | null {
  return text.trim() === '' ? null : text;
}
