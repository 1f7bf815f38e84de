import { useT } from '../i18n/index.ts';
import type { Quality } from './quality.ts';
import styles from './quality-bars.module.css';

export interface QualityBarsProps {
  quality: Quality | null;
  /** Somebody holds the call: there is nothing to measure. */
  held?: boolean;
}

/** Voice quality as three bars, with words for those who hover or listen. */
export function QualityBars({ quality, held = false }: QualityBarsProps) {
  const { t } = useT();
  const words = held
    ? t('call.quality.held')
    : quality === null
      ? t('call.quality.unknown')
      : t(`call.quality.q${quality}`);
  const label = t('call.quality.label', { words });
  return (
    <span
      className={styles.bars}
      role="img"
      aria-label={label}
      title={label}
      data-quality={quality}
    >
      {[1, 2, 3].map((bar) => (
        <span key={bar} data-on={quality !== null && bar <= quality} />
      ))}
    </span>
  );
}
