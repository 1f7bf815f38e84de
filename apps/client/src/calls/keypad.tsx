import { useEffect, useRef, useState } from 'react';
import styles from './keypad.module.css';

const keys = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', ''],
  ['#', ''],
] as const;

/** As many of the keys pressed as there is room for. */
const shownKeys = 20;

/** Twelve keys; digits typed on the keyboard count while the focus is inside. */
export function Keypad({ onPress }: { onPress: (digit: string) => void }) {
  const first = useRef<HTMLButtonElement>(null);
  const [pressed, setPressed] = useState('');
  useEffect(() => first.current?.focus(), []);
  const press = (digit: string) => {
    setPressed((before) => (before + digit).slice(-shownKeys));
    onPress(digit);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: digits of the keyboard stand for the buttons inside
    <div
      className={styles.pad}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
        event.preventDefault();
        press(event.key);
      }}
    >
      <p className={styles.pressed}>{pressed}</p>
      {keys.map(([digit, letters], index) => (
        <button
          key={digit}
          ref={index === 0 ? first : null}
          type="button"
          className={styles.key}
          onClick={() => press(digit)}
        >
          <span>{digit}</span>
          <small>{letters}</small>
        </button>
      ))}
    </div>
  );
}
