/** Follows how loud a microphone is, 0 to 1, about 20 times a second. Returns how to stop. */
export function meterOf(stream: MediaStream, onLevel: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    onLevel(levelOf(samples));
  }, 50);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** Loudness of samples on a scale people see as even: −60 dB and less is 0, full scale is 1. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibel = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12);
  return Math.min(1, Math.max(0, 1 + decibel / 60));
}

/** Records a microphone for some time. */
export async function record(stream: MediaStream, milliseconds: number): Promise<Blob> {
  const recorder = new MediaRecorder(stream);
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const ended = new Promise<void>((resolve, reject) => {
    recorder.onstop = () => resolve();
    recorder.onerror = () => reject(new Error('the recording broke off'));
  });
  recorder.start();
  setTimeout(() => {
    if (recorder.state !== 'inactive') recorder.stop();
  }, milliseconds);
  await ended;
  return new Blob(pieces, { type: recorder.mimeType });
}

/** Plays a recording on an output and waits for its end. */
export async function playBack(recording: Blob, speaker: string, volume: number): Promise<void> {
  const address = URL.createObjectURL(recording);
  const audio = new Audio(address);
  audio.volume = volume;
  try {
    if (speaker !== '' && 'setSinkId' in audio) await audio.setSinkId(speaker);
    const ended = new Promise<void>((resolve) => {
      audio.onended = () => resolve();
      audio.onerror = () => resolve();
    });
    await audio.play();
    await ended;
  } finally {
    URL.revokeObjectURL(address);
  }
}
