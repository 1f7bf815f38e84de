import { createSine } from '@trunkline/media/audio/tone.ts';
import { DtmfDetector } from '@trunkline/media/dtmf-tones.ts';
import { openRtpEndpoint, type RtpEndpoint } from '@trunkline/media/node/rtp-endpoint.ts';
import { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import type { IncomingCall } from '@trunkline/sip/endpoint/incoming-call.ts';
import type { OutgoingCall } from '@trunkline/sip/endpoint/outgoing-call.ts';
import type { OutgoingInviteOptions } from '@trunkline/sip/endpoint/outgoing-invite.ts';
import type { WireEvent } from '@trunkline/sip/endpoint/wire-event.ts';
import type { MediaCapabilities, NegotiatedMedia } from '@trunkline/sip/sdp/offer-answer.ts';
import { completeOffer, createAnswer, createOffer } from '@trunkline/sip/sdp/offer-answer.ts';
import { parseSdp } from '@trunkline/sip/sdp/parse.ts';
import { serializeSdp } from '@trunkline/sip/sdp/serialize.ts';
import { freshKeys } from '../calls/media-policy.ts';

/** A customer's PBX with one telephone, on our own SIP stack: registrar, caller and called. */
export class TestPbx {
  readonly endpoint: SipEndpoint;
  readonly wire: WireEvent[];
  /** Contact by address of record user. */
  readonly contacts = new Map<string, string>();
  /** INVITEs of the node, oldest first. */
  readonly calls: IncomingCall[] = [];
  /** Status the registrar refuses a user with. */
  readonly refuse = new Map<string, number>();

  private constructor(endpoint: SipEndpoint, wire: WireEvent[]) {
    this.endpoint = endpoint;
    this.wire = wire;
    endpoint.onRegister((request) => {
      const status = this.refuse.get(request.user);
      if (status !== undefined) return request.reject(status);
      const [binding] = request.bindings;
      if (binding && binding.expires !== 0) this.contacts.set(request.user, binding.uri);
      else this.contacts.delete(request.user);
      request.accept(binding ? [{ uri: binding.uri, expires: binding.expires ?? 300 }] : []);
    });
    endpoint.onInvite((call) => this.calls.push(call));
  }

  static async listen(port = 0): Promise<TestPbx> {
    const wire: WireEvent[] = [];
    const endpoint = await SipEndpoint.listen({
      listeners: [{ transport: 'udp', bindAddress: '127.0.0.1', port }],
      userAgent: 'Test PBX',
      onMessage: (event) => wire.push(event),
    });
    return new TestPbx(endpoint, wire);
  }

  get port(): number {
    return this.endpoint.localPort;
  }

  /** Calls a line of the node by its registered contact. */
  call(
    user: string,
    body: string,
    from = 'sip:21@127.0.0.1',
    { replaces, answerOffer }: CallMore = {},
  ): OutgoingCall {
    const contact = this.contacts.get(user);
    if (contact === undefined) throw new Error(`${user} is not registered`);
    return this.endpoint.invite({
      requestUri: contact,
      to: `<sip:${user}@127.0.0.1>`,
      from: `"Desk 21" <${from}>`,
      contactUser: 'pbx',
      body,
      ...(replaces ? { replaces } : {}),
      ...(answerOffer ? { answerOffer } : {}),
    });
  }

  /** Messages received with this start, for example `BYE`. */
  received(method: string): WireEvent[] {
    return this.wire.filter(
      ({ direction, message }) =>
        direction === 'in' && message?.kind === 'request' && message.method === method,
    );
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }
}

/** What only some calls have. */
interface CallMore {
  replaces?: OutgoingInviteOptions['replaces'] | undefined;
  /** For a call without an offer: the answer its ACK carries. */
  answerOffer?: OutgoingInviteOptions['answerOffer'];
}

export interface TestPhoneOptions {
  /** All it speaks; without, G.711 A-law. */
  codec?: 'PCMA' | 'G722';
  /** Speaks encrypted alone, with keys in the SDP (RFC 4568). */
  srtp?: boolean;
  /** Knows no telephone-event: keys are tones. */
  inband?: boolean;
}

/** The telephone behind the PBX: plays a sine, hears what comes. */
export class TestPhone {
  readonly rtp: RtpEndpoint;
  readonly keys: string[] = [];
  /** Audio packets heard. */
  packets = 0;
  private readonly heard: Int16Array[] = [];
  private version = 0;
  private offered: ReturnType<typeof createOffer> | undefined;

  private readonly options: TestPhoneOptions;
  private readonly cryptoKeys = freshKeys();

  private constructor(rtp: RtpEndpoint, options: TestPhoneOptions) {
    this.rtp = rtp;
    this.options = options;
    const tones = new DtmfDetector(8000);
    rtp.onAudio((samples) => {
      if (options.inband) this.keys.push(...tones.push(samples));
      this.packets += 1;
      this.heard.push(samples);
      if (this.heard.length > 25) this.heard.shift();
    });
    rtp.onDtmf((digit) => this.keys.push(digit));
  }

  static async open(options: TestPhoneOptions = {}): Promise<TestPhone> {
    const rtp = await openRtpEndpoint({ address: '127.0.0.1', portMin: 0, portMax: 0 });
    return new TestPhone(rtp, options);
  }

  /** Samples of the last half second. */
  get samples(): Int16Array {
    return Int16Array.from(this.heard.flatMap((frame) => [...frame]));
  }

  play(frequency: number): void {
    const sine = createSine({ frequency });
    void this.rtp.play(() => sine(160));
  }

  offer(direction: MediaCapabilities['direction'] = 'sendrecv'): string {
    this.offered = createOffer(this.capabilities(direction));
    return serializeSdp(this.offered);
  }

  accept(sdp: string): NegotiatedMedia {
    if (!this.offered) throw new Error('nothing was offered');
    const result = completeOffer(this.offered, parseSdp(sdp), this.capabilities('sendrecv'));
    if (!result.ok) throw new Error(result.error);
    return this.connect(result.negotiated);
  }

  answer(sdp: string): string {
    const result = createAnswer(parseSdp(sdp), this.capabilities('sendrecv'));
    if (!result.ok) throw new Error(result.error);
    this.connect(result.negotiated);
    return serializeSdp(result.answer);
  }

  close(): void {
    this.rtp.close();
  }

  private connect(negotiated: NegotiatedMedia): NegotiatedMedia {
    const { crypto } = negotiated;
    const [localKey, remoteKey] = [crypto?.local.keys[0], crypto?.remote.keys[0]];
    this.rtp.setRemote({
      address: negotiated.remoteAddress,
      port: negotiated.remotePort,
      codec: this.codec.name,
      payloadType: this.codec.payloadType,
      ...(this.options.inband ? {} : { dtmfPayloadType: 101 }),
      direction: 'sendrecv',
      ...(localKey && remoteKey
        ? {
            srtp: {
              suite: 'AES_CM_128_HMAC_SHA1_80',
              localKey: localKey.keySalt,
              remoteKey: remoteKey.keySalt,
            },
          }
        : {}),
    });
    return negotiated;
  }

  private get codec() {
    return this.options.codec === 'G722'
      ? ({ name: 'G722', payloadType: 9, clockRate: 8000 } as const)
      : ({ name: 'PCMA', payloadType: 8, clockRate: 8000 } as const);
  }

  private capabilities(direction: MediaCapabilities['direction']): MediaCapabilities {
    return {
      address: '127.0.0.1',
      port: this.rtp.port,
      codecs: [this.codec],
      ...(this.options.inband ? {} : { telephoneEvent: { payloadType: 101 } }),
      direction,
      ...(this.options.srtp
        ? {
            srtp: {
              mode: 'required',
              local: this.cryptoKeys.filter(({ suite }) => suite === 'AES_CM_128_HMAC_SHA1_80'),
            },
          }
        : {}),
      session: { id: '1', version: ++this.version },
    };
  }
}
