import { useEffect, useRef } from 'react';
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

/** Twelve keys; digits typed on the keyboard count while the focus is inside. */
export function Keypad({ onPress }: { onPress: (digit: string) => void }) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: digits of the keyboard stand for the buttons inside
    <div
      className={styles.pad}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
        event.preventDefault();
        onPress(event.key);
      }}
    >
      {keys.map(([digit, letters], index) => (
        <button
          key={digit}
          ref={index === 0 ? first : null}
          type="button"
          className={styles.key}
          onClick={() => onPress(digit)}
        >
          <span>{digit}</span>
          <small>{letters}</small>
        </button>
      ))}
    </div>
  );
}
