import type { CodecName } from '@trunkline/media/engine.ts';
import { openRtpEndpoint, type RtpEndpoint } from '@trunkline/media/node/rtp-endpoint.ts';
import {
  completeOffer,
  createAnswer,
  createOffer,
  type MediaCapabilities,
  type NegotiatedMedia,
} from '@trunkline/sip/sdp/offer-answer.ts';
import { parseSdp } from '@trunkline/sip/sdp/parse.ts';
import { serializeSdp } from '@trunkline/sip/sdp/serialize.ts';
import type { SessionDescription } from '@trunkline/sip/sdp/session-description.ts';
import { announcement } from './announcement.ts';

/** What a number of the simulated telephone system does with its caller's audio. */
export type AudioKind = 'echo' | 'announcement';

const address = '127.0.0.1';

/** The audio of one call at the simulated telephone system. */
export class AudioService {
  readonly #rtp: RtpEndpoint;
  readonly #kind: AudioKind;
  #offered: SessionDescription | undefined;
  #version = 0;
  #sounds = false;

  private constructor(rtp: RtpEndpoint, kind: AudioKind) {
    this.#rtp = rtp;
    this.#kind = kind;
  }

  static async open(kind: AudioKind): Promise<AudioService> {
    return new AudioService(await openRtpEndpoint({ address, portMin: 0, portMax: 0 }), kind);
  }

  /**
   * The answer to a caller's offer, the first or a later one; undefined when nothing in it can be
   * met. Audio starts at once.
   */
  answer(offer: string): string | undefined {
    const result = createAnswer(parseSdp(offer), this.#capabilities());
    if (!result.ok) return undefined;
    this.#start(result.negotiated);
    return serializeSdp(result.answer);
  }

  /** Our own offer, for a call we place. */
  offer(): string {
    this.#offered = createOffer(this.#capabilities());
    return serializeSdp(this.#offered);
  }

  /** The far end answered our offer. False when its answer is of no use. */
  answered(answer: string): boolean {
    if (!this.#offered) return false;
    const result = completeOffer(this.#offered, parseSdp(answer), this.#capabilities());
    if (result.ok) this.#start(result.negotiated);
    return result.ok;
  }

  close(): void {
    this.#rtp.close();
  }

  #start(media: NegotiatedMedia): void {
    this.#rtp.setRemote({
      address: media.remoteAddress,
      port: media.remotePort,
      codec: media.codec.name.toUpperCase() as CodecName,
      payloadType: media.sendPayloadType,
      direction: media.direction,
      ...(media.dtmf ? { dtmfPayloadType: media.dtmf.sendPayloadType } : {}),
    });
    // On hold and back it goes on where it is.
    if (this.#sounds) return;
    this.#sounds = true;
    if (this.#kind === 'echo') this.#rtp.echo(true);
    else void this.#rtp.play(announcement());
  }

  #capabilities(): MediaCapabilities {
    return {
      address,
      port: this.#rtp.port,
      codecs: [
        { name: 'PCMA', payloadType: 8, clockRate: 8000 },
        { name: 'PCMU', payloadType: 0, clockRate: 8000 },
      ],
      telephoneEvent: { payloadType: 101 },
      direction: 'sendrecv',
      // Each description is newer than the one before (RFC 3264 §8).
      session: { id: '1', version: ++this.#version, username: 'simulated-pbx' },
    };
  }
}
