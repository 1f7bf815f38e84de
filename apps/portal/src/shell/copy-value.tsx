import { CheckmarkRegular } from '@fluentui/react-icons/svg/checkmark';
import { CopyRegular } from '@fluentui/react-icons/svg/copy';
import { useEffect, useState } from 'react';
import { useT } from '../i18n/index.ts';
import styles from './copy-value.module.css';

/** A value to be entered elsewhere, with a button that copies it. */
export function CopyValue({ name, value }: { name: string; value: string }) {
  const { t } = useT();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const label = copied ? t('listener.copied') : t('listener.copy', { name });
  return (
    <span className={styles.value}>
      <strong className="tl-numeric">{value}</strong>
      <button
        type="button"
        className={styles.copy}
        aria-label={label}
        title={label}
        onClick={() => {
          navigator.clipboard.writeText(value).then(
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
