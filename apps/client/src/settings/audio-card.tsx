import { Button } from '@fluentui/react-button';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { useEffect, useId, useState } from 'react';
import { useServices } from '../app/services.ts';
import { audioChoice, chooseAudio } from '../calls/audio-choice.ts';
import { type AudioDevice, type AudioDevices, listAudio } from '../calls/audio-devices.ts';
import { useT } from '../i18n/index.ts';
import styles from './audio-card.module.css';
import { MicrophoneTest } from './microphone-test.tsx';
import { askForMicrophone, usePermission } from './permissions.ts';

/** Whether this browser lets a page choose where sound goes (not Safari). */
const choosesOutput = 'setSinkId' in HTMLMediaElement.prototype;

/** Microphone, speaker and ring device of this browser, each with a test. */
export default function AudioCard() {
  const { t } = useT();
  const { tones } = useServices();
  const choice = useStore(audioChoice);
  const permission = usePermission('microphone');
  const devices = useAudioDevices(permission);
  const [playing, setPlaying] = useState(false);
  const id = useId();

  useEffect(() => {
    if (!playing) return;
    const end = setTimeout(() => setPlaying(false), tones.sample());
    return () => clearTimeout(end);
  }, [playing, tones]);

  return (
    <div className={styles.devices}>
      {permission === 'denied' ? (
        <p className={styles.problem}>{t('settings.microphoneDenied')}</p>
      ) : permission === 'prompt' ? (
        <div className={styles.ask}>
          <p>{t('audio.ask')}</p>
          <Button onClick={() => void askForMicrophone()}>{t('welcome.allow')}</Button>
        </div>
      ) : null}
      <DeviceChoice
        label={t('audio.microphone')}
        unnamed={(count) => t('audio.microphoneNumber', { count })}
        devices={devices?.microphones ?? null}
        value={choice.microphone}
        onChange={(microphone) => chooseAudio({ microphone })}
      />
      {permission === 'denied' ? null : <MicrophoneTest />}
      {choosesOutput ? (
        <DeviceChoice
          label={t('audio.speaker')}
          unnamed={(count) => t('audio.speakerNumber', { count })}
          devices={devices?.speakers ?? null}
          value={choice.speaker}
          onChange={(speaker) => chooseAudio({ speaker })}
        />
      ) : (
        <p className={styles.hint}>{t('audio.systemOutput')}</p>
      )}
      <div className={styles.volume}>
        <label htmlFor={`${id}-volume`}>{t('settings.ringVolume')}</label>
        <input
          id={`${id}-volume`}
          type="range"
          min={0}
          max={100}
          step={5}
          value={Math.round(choice.volume * 100)}
          onChange={(event) => chooseAudio({ volume: Number(event.target.value) / 100 })}
        />
        <Button disabledFocusable={playing} onClick={() => setPlaying(true)}>
          {playing ? t('audio.playing') : t('audio.tone')}
        </Button>
      </div>
      {choosesOutput ? (
        <DeviceChoice
          label={t('audio.ring')}
          unnamed={(count) => t('audio.speakerNumber', { count })}
          devices={devices?.speakers ?? null}
          value={choice.ring}
          onChange={(ring) => chooseAudio({ ring })}
        />
      ) : null}
    </div>
  );
}

/** The devices there are, followed while they come and go; null while unknown. */
function useAudioDevices(permission: string): AudioDevices | null {
  const [devices, setDevices] = useState<AudioDevices | null>(null);
  useEffect(() => {
    const media = navigator.mediaDevices as MediaDevices | undefined;
    let left = false;
    const look = () => {
      if (!media) return;
      listAudio(media).then(
        (found) => {
          if (!left) setDevices(found);
        },
        () => {
          // The document is going away.
        },
      );
    };
    look();
    media?.addEventListener('devicechange', look);
    return () => {
      left = true;
      media?.removeEventListener('devicechange', look);
    };
    // With the permission come the names.
  }, [permission]);
  return devices;
}

interface DeviceChoiceProps {
  label: string;
  /** Name of a device the browser tells no name of. */
  unnamed: (count: number) => string;
  devices: readonly AudioDevice[] | null;
  value: string;
  onChange: (id: string) => void;
}

function DeviceChoice({ label, unnamed, devices, value, onChange }: DeviceChoiceProps) {
  const { t } = useT();
  const id = useId();
  const known = devices === null || value === '' || devices.some((each) => each.id === value);
  return (
    <div className={styles.choice}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className={styles.select}
        value={value}
        disabled={devices === null}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{t('audio.system')}</option>
        {(devices ?? []).map((each, index) => (
          <option key={each.id} value={each.id}>
            {each.name || unnamed(index + 1)}
          </option>
        ))}
        {known ? null : <option value={value}>{t('audio.missing')}</option>}
      </select>
      {known ? null : <p className={styles.hint}>{t('audio.missingHint')}</p>}
    </div>
  );
}
