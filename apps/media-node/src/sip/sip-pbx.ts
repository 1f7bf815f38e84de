import { Dialog, type DialogSnapshot } from '@trunkline/sip/dialog/dialog.ts';
import type { EarlyOrphan } from '@trunkline/sip/endpoint/early-orphan.ts';
import type { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import type { IncomingCall } from '@trunkline/sip/endpoint/incoming-call.ts';
import type { IncomingRefer } from '@trunkline/sip/endpoint/incoming-refer.ts';
import type { IncomingReinvite } from '@trunkline/sip/endpoint/incoming-requests.ts';
import type { OutgoingCall } from '@trunkline/sip/endpoint/outgoing-call.ts';
import type { OutgoingInviteOptions } from '@trunkline/sip/endpoint/outgoing-invite.ts';
import type { CallEnd } from '@trunkline/sip/endpoint/reason.ts';
import { SessionRequestError } from '@trunkline/sip/endpoint/session-request-error.ts';
import { formatNameAddr, tagOf } from '@trunkline/sip/message/name-addr.ts';
import type { ReasonValue } from '@trunkline/sip/message/reason.ts';
import { escapeUser, userOf } from '@trunkline/sip/message/uri.ts';
import { defaultPort } from '@trunkline/sip/transport/via-routing.ts';
import {
  type CallOrigin,
  type IncomingHandlers,
  type IncomingLeg,
  type LegHandlers,
  type LegReason,
  LegRefused,
  type OutgoingHandlers,
  type OutgoingLeg,
  type PbxLeg,
  type PbxPort,
  type ReferRequest,
  type Referred,
  type ReinviteAnswer,
} from '../calls/pbx.ts';
import type { RegistrationSpec } from '../lines/registrar.ts';
import { keysOfInfo, keyToInfo } from './dtmf-info.ts';
import { targetOf, tlsPeerOf } from './target.ts';

/** Shortest session timer of RFC 4028. */
const shortestTimer = 90;

/** Legs towards the PBX by the SIP stack. */
export class SipPbx implements PbxPort {
  private readonly endpoint: SipEndpoint;
  /** BYEs under way: a stopping node waits for them. */
  private readonly leaving = new Set<Promise<void>>();
  /** The stack's calls by leg, for transfers with Replaces. */
  private readonly calls = new WeakMap<PbxLeg, OutgoingCall | IncomingCall>();
  /** The other way round, for INVITEs with Replaces. */
  private readonly legs = new WeakMap<OutgoingCall | IncomingCall, PbxLeg>();

  constructor(endpoint: SipEndpoint) {
    this.endpoint = endpoint;
  }

  addressOf(line: RegistrationSpec, user: string): string {
    return uriOf(line, user, false);
  }

  invite(o: {
    line: RegistrationSpec;
    digits: string;
    sdp: string;
    sessionTimerSeconds: number;
    origin?: CallOrigin | undefined;
    referred?: Referred | undefined;
    handlers: OutgoingHandlers;
  }): OutgoingLeg {
    const { line, handlers, referred } = o;
    const call = this.endpoint.invite({
      requestUri: referred?.uri ?? uriOf(line, o.digits, true),
      to: `<${referred?.uri ?? uriOf(line, o.digits, false)}>`,
      from: `<${uriOf(line, line.userName, false)}>`,
      contactUser: line.contactUser,
      outboundProxy: targetOf(line),
      ...credentialsOf(line),
      ...timerOf(o.sessionTimerSeconds),
      ...originOf(line, o.origin),
      ...(referred?.replaces ? { replaces: referred.replaces } : {}),
      ...(referred?.referredBy ? { referredBy: referred.referredBy } : {}),
      body: o.sdp,
    });
    call.on('provisional', (response) =>
      handlers.progress({ status: response.statusCode, sdp: bodyOf(response.bodyText) }),
    );
    call.on('answered', (response) =>
      handlers.answered({
        sdp: bodyOf(response.bodyText),
        dialog: (call.dialog ?? Dialog.fromResponse(call.request, response)).snapshot(),
      }),
    );
    call.on('failed', ({ response, reasonPhrase }) =>
      handlers.failed({ status: response?.statusCode ?? null, reason: reasonPhrase }),
    );
    this.listen(call, handlers);
    const leg: OutgoingLeg = {
      sipCallId: call.callId,
      localTag: tagOf(call.request.from),
      peerAddress: null,
      cancel: (reason) => call.cancel(reason),
      ...this.inCall(call, line),
    };
    this.keep(leg, call);
    return leg;
  }

  /**
   * The leg an INVITE wants to take the place of (RFC 3891), or the status it is to be refused with;
   * null when it wants none.
   */
  replacedBy(call: IncomingCall): { leg: PbxLeg } | { status: number } | null {
    if (!call.replaces) return null;
    const found = this.endpoint.inspectReplaces(call.replaces);
    if ('status' in found) return found;
    const leg = this.legs.get(found.call);
    return leg ? { leg } : { status: 481 };
  }

  /**
   * An INVITE as call control takes it.
   * @param line who we are when the PBX challenges our requests in the call
   */
  incoming(call: IncomingCall, line: RegistrationSpec | undefined): IncomingLeg {
    const credentials = line && credentialsOf(line).credentials;
    if (credentials) call.authenticateAs(credentials);
    const { asserted, diversion, historyInfo } = call.identity;
    // Whom the PBX asserts goes before whom the caller claims to be (RFC 3325 §7).
    const who = asserted[0] ?? call.from;
    const leg: IncomingLeg = {
      sipCallId: call.callId,
      localTag: null,
      peerAddress: call.remote.address,
      offer: bodyOf(call.body),
      caller: { user: userOf(who.uri), displayName: who.displayName || null },
      history: {
        diversion,
        historyInfo,
        maxForwards: Number(call.request.headers.get('max-forwards') ?? 70),
      },
      handle: (handlers) => this.attach(call, handlers),
      ring: () => call.ringing(),
      progress: (sdp) => call.progress(183, { body: sdp }),
      answer: (sdp, o) => call.answer(sdp, o ? timerOf(o.sessionTimerSeconds) : {}),
      reject: (status, reason) =>
        call.reject(
          status,
          undefined,
          reason ? [['Reason', `SIP;cause=${reason.cause};text="${reason.text}"`]] : [],
        ),
      redirect: (digits) => {
        const host = line ? hostOf(line) : call.remote.address;
        call.redirect([`<sip:${escapeUser(digits)}@${host}>`]);
      },
      ...this.inCall(call, line),
    };
    this.keep(leg, call);
    return leg;
  }

  /** Ends a leg an earlier start of this node left behind. */
  endOrphan(dialog: DialogSnapshot, line: RegistrationSpec | undefined): Promise<void> {
    const credentials = line && credentialsOf(line).credentials;
    if (line?.transport === 'tls') this.endpoint.expectPeer(dialog.callId, tlsPeerOf(line));
    return this.endpoint.endDialog(dialog, credentials);
  }

  /** Ends an unanswered leg an earlier start left behind. @throws ParseError */
  endEarlyOrphan(orphan: EarlyOrphan): void {
    this.endpoint.endOrphan(orphan);
  }

  /** Resolves when no BYE is under way. */
  async settled(): Promise<void> {
    while (this.leaving.size > 0) await Promise.all(this.leaving);
  }

  /** What both kinds of leg can do inside a call. */
  private inCall(
    call: OutgoingCall | IncomingCall,
    line: RegistrationSpec | undefined,
  ): Pick<PbxLeg, 'orphan' | 'bye' | 'reinvite' | 'refer' | 'sendKey'> {
    return {
      orphan: () => call.orphan ?? null,
      bye: (reason) => this.leave(call, reason),
      reinvite: (sdp) => refusable(async () => (await call.reinvite({ body: sdp })).bodyText),
      refer: ({ digits, replaces }) => {
        const other = replaces && this.calls.get(replaces);
        const dialog = other?.replacesForPeer;
        const host = line ? hostOf(line) : bareAddress(call);
        return new Promise((resolve) => {
          call
            .refer({
              referTo: `<sip:${escapeUser(digits)}@${host}>`,
              ...(dialog ? { replaces: dialog } : {}),
              ...(line ? { referredBy: `<${uriOf(line, line.userName, false)}>` } : {}),
            })
            .on('done', resolve);
        });
      },
      sendKey: (digit) => refusable(async () => void (await call.info(keyToInfo(digit)))),
    };
  }

  private attach(call: IncomingCall, handlers: IncomingHandlers): void {
    call.on('cancelled', (_cancel, reason) =>
      handlers.cancelled({ elsewhere: isElsewhere(reason) }),
    );
    call.on('confirmed', (ack) =>
      handlers.confirmed({ sdp: bodyOf(ack.bodyText), dialog: call.dialog.snapshot() }),
    );
    this.listen(call, {
      ...handlers,
      ended: (detail) => {
        // Without the first ACK the call never stood.
        if (detail.lapse === 'ack') handlers.unconfirmed();
        handlers.ended(detail);
      },
    });
    if (call.state === 'terminated') handlers.cancelled({ elsewhere: false });
  }

  private listen(call: OutgoingCall | IncomingCall, handlers: LegHandlers): void {
    // The two kinds of call have these events alike, but their emitters are of different types.
    const told = {
      ended: ({ lapse, reason }: CallEnd) =>
        handlers.ended({ lapse: lapse ?? null, elsewhere: isElsewhere(reason) }),
      info: (info: { contentType: string; body: string }) => {
        const keys = keysOfInfo(info.contentType, info.body);
        if (keys !== '') handlers.keys(keys);
      },
      refer: (refer: IncomingRefer) => handlers.refer(referRequest(refer)),
    };
    if ('answer' in call) {
      call.on('ended', told.ended);
      call.on('reinvite', (reinvite) => answerReinvite(reinvite, handlers));
      call.on('info', told.info);
      call.on('refer', told.refer);
    } else {
      call.on('ended', told.ended);
      call.on('reinvite', (reinvite) => answerReinvite(reinvite, handlers));
      call.on('info', told.info);
      call.on('refer', told.refer);
    }
  }

  private keep(leg: PbxLeg, call: OutgoingCall | IncomingCall): void {
    this.calls.set(leg, call);
    this.legs.set(call, leg);
  }

  private leave(call: OutgoingCall | IncomingCall, reason: LegReason | undefined): void {
    const left = call.bye(reason).finally(() => this.leaving.delete(left));
    this.leaving.add(left);
  }
}

/** Turns what the stack throws into what call control knows. */
async function refusable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SessionRequestError) throw new LegRefused(error.status, error.reason);
    throw error;
  }
}

function referRequest(refer: IncomingRefer): ReferRequest {
  const { referTo, replaces, referredBy } = refer;
  const { uri, displayName } = referTo.address;
  const callable = referTo.method === 'INVITE' && uri.kind !== 'other';
  return {
    target: userOf(uri),
    displayName: displayName || null,
    uri: callable ? referTo.target : null,
    replaces: replaces ?? null,
    referredBy: referredBy ? formatNameAddr(referredBy) : null,
    accept: () => refer.accept(),
    notify: (status) => refer.notify(status),
    reject: (status) => refer.reject(status),
  };
}

function answerReinvite(
  reinvite: IncomingReinvite,
  handlers: Pick<LegHandlers, 'reinvite' | 'acknowledged'>,
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
function isElsewhere(reason: ReasonValue | undefined): boolean {
  return reason?.cause === 200 && reason.protocol.toUpperCase() === 'SIP';
}

function hostOf(line: RegistrationSpec): string {
  return line.domain ?? line.registrarHost;
}

function bareAddress(call: OutgoingCall | IncomingCall): string {
  return 'remote' in call ? call.remote.address : 'invalid';
}

function uriOf(line: RegistrationSpec, user: string, withPort: boolean): string {
  const port =
    withPort && line.domain === null && line.registrarPort !== defaultPort(line.transport)
      ? `:${line.registrarPort}`
      : '';
  return `sip:${escapeUser(user)}@${hostOf(line)}${port}`;
}

function timerOf(seconds: number): Pick<OutgoingInviteOptions, 'sessionTimer'> {
  return seconds === 0 ? {} : { sessionTimer: { expires: Math.max(shortestTimer, seconds) } };
}

/** Whom a call is placed for and which way it came: P-Asserted-Identity, Diversion, History-Info. */
function originOf(line: RegistrationSpec, origin: CallOrigin | undefined) {
  if (!origin) return {};
  const { caller, diversion, historyInfo, maxForwards } = origin;
  const identity = caller && {
    assertedIdentity: nameAddrOf(caller.displayName, uriOf(line, caller.user, false)),
  };
  return {
    ...(identity ?? { privacy: ['id'] }),
    diversion,
    historyInfo,
    maxForwards,
  };
}

function nameAddrOf(displayName: string | null, uri: string): string {
  return displayName === null
    ? `<${uri}>`
    : `"${displayName.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')}" <${uri}>`;
}

function credentialsOf(line: RegistrationSpec) {
  return line.password === null
    ? {}
    : { credentials: { username: line.authUserName, password: line.password } };
}

function bodyOf(text: string): string | null {
  return text.trim() === '' ? null : text;
}
