// Runs in the browser before any script of a page: measures what its user would hear, and notes
// what the page shows outside of itself, without the page knowing.

interface TapHeard {
  /** Dominating frequency in hertz; 0 for silence. */
  hz: number;
  /** Level of the peak in dB below full scale. */
  level: number;
  /** Whether an element plays it aloud. */
  playing: boolean;
}

interface TapStats {
  connections: { state: string; ice: string; signaling: string }[];
  inbound: { packets: number; bytes: number; lost: number; jitterSeconds: number; codec: string }[];
  outbound: { packets: number; bytes: number; codec: string }[];
}

interface TapNotification {
  title: string;
  body: string;
  tag: string;
}

{
  const SILENT = { hz: 0, level: -200 };
  const AUDIBLE_DB = -60;
  const connections: RTCPeerConnection[] = [];
  const remotes: { track: MediaStreamTrack; analyser: AnalyserNode }[] = [];
  const elements = new Set<HTMLMediaElement>();
  const outputs: AnalyserNode[] = [];
  const notifications: TapNotification[] = [];
  let ears: AudioContext | undefined;

  const nativeConnect = AudioNode.prototype.connect;

  const analyserIn = (context: BaseAudioContext): AnalyserNode => {
    const analyser = context.createAnalyser();
    analyser.fftSize = 16_384;
    analyser.smoothingTimeConstant = 0;
    return analyser;
  };

  const measure = (analyser: AnalyserNode): { hz: number; level: number } => {
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    // The lowest bins hold what is left of a direct current.
    let peak = 5;
    for (let bin = 5; bin < bins.length; bin += 1) {
      if ((bins[bin] ?? -200) > (bins[peak] ?? -200)) peak = bin;
    }
    const level = bins[peak] ?? -200;
    if (!(level > -200)) return SILENT;
    return { hz: (peak * analyser.context.sampleRate) / analyser.fftSize, level };
  };

  const isAloud = (element: HTMLMediaElement) =>
    !element.paused && !element.ended && !element.muted && element.volume > 0;

  const plays = (track: MediaStreamTrack) =>
    [...elements].some(
      (element) =>
        isAloud(element) &&
        element.srcObject instanceof MediaStream &&
        element.srcObject.getAudioTracks().some((one) => one.id === track.id),
    );

  const listenTo = (track: MediaStreamTrack) => {
    if (track.kind !== 'audio' || remotes.some((remote) => remote.track === track)) return;
    ears ??= new AudioContext();
    const stream = new MediaStream([track]);
    // Chromium feeds a remote track to Web Audio only while an element takes it, too.
    const pump = document.createElement('audio');
    pump.muted = true;
    srcObject?.set?.call(pump, stream);
    nativePlay.call(pump).catch(() => {});
    const analyser = analyserIn(ears);
    Reflect.apply(nativeConnect, ears.createMediaStreamSource(stream), [analyser]);
    remotes.push({ track, analyser });
  };

  const nativePlay = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function play() {
    elements.add(this);
    return nativePlay.call(this);
  };
  const srcObject = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  if (srcObject?.set) {
    const { set } = srcObject;
    Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
      ...srcObject,
      set(this: HTMLMediaElement, value: MediaProvider | null) {
        elements.add(this);
        set.call(this, value);
      },
    });
  }

  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
      this.addEventListener('track', (event) => listenTo(event.track));
    }
  };

  // What a page sends to its loudspeakers by Web Audio, such as a ringing tone.
  AudioNode.prototype.connect = function connect(
    this: AudioNode,
    target: AudioNode | AudioParam,
    ...ports: number[]
  ) {
    if (target instanceof AudioDestinationNode && target.context instanceof AudioContext) {
      const analyser = analyserIn(target.context);
      Reflect.apply(nativeConnect, this, [analyser]);
      outputs.push(analyser);
    }
    return Reflect.apply(nativeConnect, this, [target, ...ports]);
  } as typeof nativeConnect;

  // A steady tone is noise to a noise suppressor: it would not survive the usual processing.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices) {
    const getUserMedia = devices.getUserMedia.bind(devices);
    devices.getUserMedia = (constraints) => {
      if (!constraints?.audio) return getUserMedia(constraints);
      const wanted = typeof constraints.audio === 'object' ? constraints.audio : {};
      const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      return getUserMedia({ ...constraints, audio: { ...wanted, ...raw } });
    };
  }

  const note = (title: string, options?: NotificationOptions) =>
    notifications.push({ title, body: options?.body ?? '', tag: options?.tag ?? '' });
  if ('Notification' in window) {
    window.Notification = class extends window.Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        note(title, options);
      }
    };
  }
  if ('ServiceWorkerRegistration' in window) {
    const show = ServiceWorkerRegistration.prototype.showNotification;
    ServiceWorkerRegistration.prototype.showNotification = function showNotification(
      title,
      options,
    ) {
      note(title, options);
      return show.call(this, title, options);
    };
  }

  const codecOf = (report: RTCStatsReport, id: unknown): string => {
    const codec: unknown = typeof id === 'string' ? report.get(id) : undefined;
    return codec && typeof codec === 'object' && 'mimeType' in codec ? String(codec.mimeType) : '';
  };

  const tap = {
    notifications,
    heard(): TapHeard {
      let best: TapHeard = { ...SILENT, playing: false };
      for (const { track, analyser } of remotes) {
        if (track.readyState === 'ended') continue;
        const measured = measure(analyser);
        const playing = plays(track);
        if (measured.level > best.level || (playing && !best.playing)) {
          best = { ...measured, playing };
        }
      }
      return best;
    },
    rings(): boolean {
      const tone = outputs.some(
        (output) => output.context.state === 'running' && measure(output).level > AUDIBLE_DB,
      );
      return tone || [...elements].some((one) => isAloud(one) && !one.srcObject && one.currentSrc);
    },
    async stats(): Promise<TapStats> {
      const stats: TapStats = { connections: [], inbound: [], outbound: [] };
      for (const connection of connections) {
        stats.connections.push({
          state: connection.connectionState,
          ice: connection.iceConnectionState,
          signaling: connection.signalingState,
        });
        const report = await connection.getStats();
        for (const entry of report.values()) {
          if (entry.kind !== 'audio') continue;
          const codec = codecOf(report, entry.codecId);
          if (entry.type === 'inbound-rtp') {
            stats.inbound.push({
              packets: entry.packetsReceived ?? 0,
              bytes: entry.bytesReceived ?? 0,
              lost: entry.packetsLost ?? 0,
              jitterSeconds: entry.jitter ?? 0,
              codec,
            });
          }
          if (entry.type === 'outbound-rtp') {
            stats.outbound.push({
              packets: entry.packetsSent ?? 0,
              bytes: entry.bytesSent ?? 0,
              codec,
            });
          }
        }
      }
      return stats;
    },
  };
  Object.assign(window, { __trunklineTap: tap });
}
