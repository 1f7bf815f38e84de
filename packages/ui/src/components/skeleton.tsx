import { useUiT } from '../i18n/use-ui-t.ts';
import styles from './skeleton.module.css';

export interface BoneProps {
  width?: number | string;
  height?: number | string;
  round?: boolean;
}

/** A grey place of the size its content will have. */
export function Bone({ width = '100%', height = 12, round = false }: BoneProps) {
  return (
    <span
      className={styles.bone}
      style={{ width, height, ...(round ? { borderRadius: '50%' } : {}) }}
    />
  );
}

const widths = ['46%', '62%', '38%', '54%', '70%', '42%'];

/** Rows as tall as a PersonRow while a list loads. */
export function RowSkeletons({
  count = 8,
  padding = '0 12px',
}: {
  count?: number;
  padding?: string;
}) {
  const { t } = useUiT();
  return (
    <div role="status">
      <span className="tl-hidden">{t('ui.loading')}</span>
      <div aria-hidden="true">
        {Array.from({ length: count }, (_, index) => {
          const width = widths[index % widths.length] ?? '50%';
          return (
            <div key={`${index}-${width}`} className={styles.row} style={{ padding }}>
              <Bone width={40} height={40} round />
              <span className={styles.lines}>
                <Bone width={width} height={12} />
                <Bone width="30%" height={10} />
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
