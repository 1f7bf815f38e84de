import { Button } from '@fluentui/react-button';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { useEffect, useRef, useState } from 'react';
import { audioChoice } from '../calls/audio-choice.ts';
import { openMicrophone } from '../calls/audio-devices.ts';
import type { MicrophoneProblem } from '../calls/leg.ts';
import { microphoneProblem } from '../calls/phone.ts';
import { useT } from '../i18n/index.ts';
import styles from './audio-card.module.css';
import { meterOf, playBack, record } from './audio-test.ts';

/** How long one speaks before hearing oneself, milliseconds. */
const recordMs = 3_000;

const problems = {
  denied: ['call.micDenied', 'call.micDeniedHelp'],
  missing: ['call.micMissing', 'call.micMissingHelp'],
  busy: ['call.micBusy', 'call.micBusyHelp'],
} as const;

/** Shows how loud the microphone is, and lets people hear themselves. */
export function MicrophoneTest() {
  const { t } = useT();
  const { microphone } = useStore(audioChoice);
  const [testing, setTesting] = useState(false);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [level, setLevel] = useState(0);
  const [step, setStep] = useState<'listen' | 'record' | 'play'>('listen');
  const [problem, setProblem] = useState<MicrophoneProblem | null>(null);
  const current = useRef<MediaStream | null>(null);

  useEffect(() => {
    if (!testing) return;
    let left = false;
    let stopMeter: () => void = () => undefined;
    setProblem(null);
    openMicrophone(navigator.mediaDevices, microphone).then(
      (opened) => {
        if (left) {
          for (const track of opened.getTracks()) track.stop();
          return;
        }
        current.current = opened;
        setStream(opened);
        stopMeter = meterOf(opened, setLevel);
      },
      (error: unknown) => {
        setTesting(false);
        setProblem(microphoneProblem(error));
      },
    );
    return () => {
      left = true;
      stopMeter();
      for (const track of current.current?.getTracks() ?? []) track.stop();
      current.current = null;
      setStream(null);
      setLevel(0);
      setStep('listen');
    };
  }, [testing, microphone]);

  async function hearMyself(from: MediaStream): Promise<void> {
    setStep('record');
    try {
      const recording = await record(from, recordMs);
      if (current.current !== from) return;
      setStep('play');
      const { speaker, volume } = audioChoice.get();
      await playBack(recording, speaker, volume);
    } catch (error) {
      if (current.current === from) setProblem(microphoneProblem(error));
    }
    setStep('listen');
  }

  const words = {
    listen: t('audio.speak'),
    record: t('audio.recording'),
    play: t('audio.hearing'),
  };
  return (
    <div className={styles.test}>
      <div className={styles.testLine}>
        <Button onClick={() => setTesting(!testing)}>
          {testing ? t('audio.testStop') : t('audio.test')}
        </Button>
        {testing ? (
          <>
            <meter className={styles.meter} aria-label={t('audio.level')} value={level} />
            <Button
              disabledFocusable={stream === null || step !== 'listen'}
              onClick={() => {
                if (stream && step === 'listen') void hearMyself(stream);
              }}
            >
              {t('audio.record')}
            </Button>
          </>
        ) : null}
      </div>
      <p role="status" className={styles.hint}>
        {testing ? words[step] : null}
      </p>
      <div role="alert">
        {problem ? (
          <p className={styles.problem}>
            <strong>{t(problems[problem][0])}.</strong> {t(problems[problem][1])}
          </p>
        ) : null}
      </div>
    </div>
  );
}
