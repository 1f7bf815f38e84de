import { CheckmarkRegular } from '@fluentui/react-icons/svg/checkmark';
import { CopyRegular } from '@fluentui/react-icons/svg/copy';
import { useEffect, useState } from 'react';
import { groupNumber } from '../format/number.ts';
import { useUiT } from '../i18n/use-ui-t.ts';
import styles from './number-text.module.css';

export interface NumberTextProps {
  /** E.164 with "+", or an internal number. This is what is copied. */
  number: string;
  /** Grouped by the location's habit; grouped by country code alone when left out. */
  display?: string;
  copy?: boolean;
}

/** A number as people read it, copied as E.164. */
export function NumberText({ number, display, copy = false }: NumberTextProps) {
  const { t } = useUiT();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const text = <span className="tl-numeric">{display ?? groupNumber(number)}</span>;
  if (!copy) return text;
  return (
    <span
      className={styles.number}
      // Selecting the text and pressing Ctrl C gives the number, not its grouping.
      onCopy={(event) => {
        event.clipboardData.setData('text/plain', number);
        event.preventDefault();
      }}
    >
      {text}
      <button
        type="button"
        className={styles.copy}
        aria-label={copied ? t('ui.number.copied') : t('ui.number.copy', { number })}
        onClick={() => {
          navigator.clipboard.writeText(number).then(
            () => setCopied(true),
            () => setCopied(false),
          );
        }}
      >
        {copied ? <CheckmarkRegular /> : <CopyRegular />}
      </button>
    </span>
  );
}
