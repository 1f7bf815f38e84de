import { type MediaSample, readSample } from './quality.ts';

/** How the media path stands, in the words of the call window. */
export type PathState = 'connecting' | 'connected' | 'searching' | 'failed';

export interface PeerEvents {
  onPath(state: PathState): void;
  /** The browser refused to play (no click on this page yet); call `play` after one. */
  onPlayback(playing: boolean): void;
  /** The microphone is gone: unplugged, or taken away by the system. */
  onMicrophoneLost(): void;
}

/** One call's media in this browser. */
export interface Peer {
  /** A complete offer, all candidates inside. */
  offer(): Promise<string>;
  accept(answer: string): Promise<void>;
  setMuted(muted: boolean): void;
  /** Sends another microphone from now on; the one before is let go. */
  replaceMicrophone(stream: MediaStream): Promise<void>;
  /** Plays on the output of this id (empty: the system's default), volume 0 to 1. */
  setSpeaker(id: string, volume: number): Promise<void>;
  /** Sends a key as RFC 4733 event. False when the path cannot: use the signalling instead. */
  sendKey(key: string): boolean;
  sample(): Promise<MediaSample>;
  play(): void;
  close(): void;
}

export type OpenPeer = (stream: MediaStream | null, events: PeerEvents) => Peer;

/** Longest wait for candidates before the offer goes out with those there are, milliseconds. */
const gatheringPatience = 1_500;
/** Length of a key tone and pause after it, milliseconds (RFC 4733 §2.5: at least 40 each). */
const keyTone = { duration: 160, gap: 70 };

const wanted = ['audio/PCMA', 'audio/PCMU', 'audio/telephone-event'];

/** G.711 and key events first: they pass through to the telephone system untouched. */
function preferTelephony(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [];
  const rank = (codec: RTCRtpCodec) => {
    const place = wanted.findIndex((mime) => mime.toLowerCase() === codec.mimeType.toLowerCase());
    return place < 0 ? wanted.length : place;
  };
  if (codecs.length > 0)
    transceiver.setCodecPreferences([...codecs].sort((a, b) => rank(a) - rank(b)));
}

/** Opens a connection that sends the microphone, or only listens when there is none. */
export const openPeer: OpenPeer = (given, events) => {
  const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  let stream = given;
  let muted = false;
  const track = stream?.getAudioTracks()[0] ?? null;
  const transceiver = connection.addTransceiver(track ?? 'audio', {
    direction: track ? 'sendrecv' : 'recvonly',
    ...(stream ? { streams: [stream] } : {}),
  });
  preferTelephony(transceiver);
  const watchTrack = (watched: MediaStreamTrack | undefined) => {
    // Fired when the device goes, not when we stop the track ourselves.
    watched?.addEventListener('ended', () => {
      if (!closed) events.onMicrophoneLost();
    });
  };
  let closed = false;
  watchTrack(track ?? undefined);

  const speaker = new Audio();
  speaker.autoplay = true;
  const play = () => {
    speaker.play().then(
      () => events.onPlayback(true),
      () => events.onPlayback(false),
    );
  };
  connection.ontrack = (event) => {
    speaker.srcObject = event.streams[0] ?? new MediaStream([event.track]);
    play();
  };

  const paths: Record<RTCIceConnectionState, PathState> = {
    new: 'connecting',
    checking: 'connecting',
    connected: 'connected',
    completed: 'connected',
    disconnected: 'searching',
    failed: 'failed',
    closed: 'failed',
  };
  const report = () => {
    if (closed) return;
    events.onPath(
      connection.connectionState === 'failed' ? 'failed' : paths[connection.iceConnectionState],
    );
  };
  connection.oniceconnectionstatechange = report;
  connection.onconnectionstatechange = report;

  return {
    async offer() {
      await connection.setLocalDescription(await connection.createOffer());
      await gathered(connection);
      const text = connection.localDescription?.sdp;
      if (!text) throw new Error('the browser made no offer');
      return text;
    },
    async accept(answer) {
      await connection.setRemoteDescription({ type: 'answer', sdp: answer });
    },
    setMuted(next) {
      muted = next;
      for (const each of stream?.getAudioTracks() ?? []) each.enabled = !muted;
    },
    async replaceMicrophone(next) {
      const [fresh] = next.getAudioTracks();
      for (const old of stream?.getTracks() ?? []) old.stop();
      stream = next;
      if (closed || !fresh) {
        for (const each of next.getTracks()) each.stop();
        return;
      }
      fresh.enabled = !muted;
      watchTrack(fresh);
      await transceiver.sender.replaceTrack(fresh);
    },
    async setSpeaker(id, volume) {
      speaker.volume = volume;
      // Not every browser can choose an output (Safari); then the system's setting counts.
      if ('setSinkId' in speaker && speaker.sinkId !== id) await speaker.setSinkId(id);
    },
    sendKey(key) {
      const sender = transceiver.sender.dtmf;
      if (!sender?.canInsertDTMF) return false;
      sender.insertDTMF(sender.toneBuffer + key, keyTone.duration, keyTone.gap);
      return true;
    },
    async sample() {
      return readSample(await connection.getStats(), performance.now());
    },
    play,
    close() {
      if (closed) return;
      closed = true;
      connection.close();
      speaker.srcObject = null;
      for (const each of stream?.getTracks() ?? []) each.stop();
    },
  };
};

function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      connection.removeEventListener('icegatheringstatechange', check);
      resolve();
    };
    const check = () => {
      if (connection.iceGatheringState === 'complete') done();
    };
    const timer = setTimeout(done, gatheringPatience);
    connection.addEventListener('icegatheringstatechange', check);
  });
}
