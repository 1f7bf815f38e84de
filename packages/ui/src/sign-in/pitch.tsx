import { useUiT } from '../i18n/use-ui-t.ts';
import styles from './pitch.module.css';

/** The quiet picture beside the form on wide screens: three things one can do here. */
export function Pitch({ points }: { points: readonly string[] }) {
  const { t } = useUiT();
  return (
    <aside className={styles.pitch}>
      <div className={styles.brand}>
        <img src="/icon.svg" alt="" width={32} height={32} />
        <span>{t('ui.appName')}</span>
      </div>
      <svg className={styles.lines} viewBox="0 0 600 600" aria-hidden="true">
        {[0, 1, 2, 3, 4, 5, 6].map((index) => {
          const from = 60 + index * 80;
          return (
            <path
              key={index}
              d={`M-20 ${from}H140C300 ${from} 300 300 460 300H640`}
              fill="none"
              stroke="currentColor"
              strokeWidth={index === 3 ? 3 : 1.5}
              opacity={index === 3 ? 0.9 : 0.35}
            />
          );
        })}
        <circle cx="460" cy="300" r="9" fill="currentColor" />
      </svg>
      <ul className={styles.points}>
        {points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
    </aside>
  );
}
