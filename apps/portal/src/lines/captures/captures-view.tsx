import { Button } from '@fluentui/react-button';
import { ArrowDownloadRegular } from '@fluentui/react-icons/svg/arrow-download';
import { DeleteRegular } from '@fluentui/react-icons/svg/delete';
import { DocumentArrowDownRegular } from '@fluentui/react-icons/svg/document-arrow-down';
import { RecordFilled } from '@fluentui/react-icons/svg/record';
import { RecordStopRegular } from '@fluentui/react-icons/svg/record-stop';
import { useMutation } from '@tanstack/react-query';
import { type Capture, captureRetentionDays } from '@trunkline/contracts/captures.ts';
import type { Line, LineGroup } from '@trunkline/contracts/lines.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { ConfirmDialog } from '@trunkline/ui/components/dialog.tsx';
import { RowSkeletons } from '@trunkline/ui/components/skeleton.tsx';
import { EmptyState, ErrorState } from '@trunkline/ui/components/states.tsx';
import { formatMoment } from '@trunkline/ui/format/time.ts';
import { useState } from 'react';
import { saveFile } from '../../app/save-file.ts';
import { useServices } from '../../app/services.ts';
import { useT } from '../../i18n/index.ts';
import table from '../../shell/table.module.css';
import { fillPercent, formatBytes } from './capture-size.ts';
import styles from './captures.module.css';
import { runningOf, useCaptures } from './captures.ts';
import { StartCapture } from './start-capture.tsx';

export interface CapturesViewProps {
  group: LineGroup;
  lines: readonly Line[];
}

/** Recordings of the group's SIP messages for Wireshark (LIN-097 … LIN-100). */
export function CapturesView({ group, lines }: CapturesViewProps) {
  const { t, language } = useT();
  const { api, client } = useServices();
  const captures = useCaptures(group.id);
  const [asking, setAsking] = useState<Capture | null>(null);
  const running = runningOf(captures.data);
  const refresh = () => client.invalidateQueries({ queryKey: ['captures'] });
  const act = useMutation({
    mutationFn: (task: () => Promise<void>) => task(),
    onSettled: () => void refresh(),
  });
  const time = (at: string) => formatMoment(new Date(at), new Date(), language);
  const scope = (capture: Capture) =>
    capture.lineIds === null
      ? t('capture.allLines')
      : lines
          .filter((line) => capture.lineIds?.includes(line.id))
          .map((line) => line.number + line.suffix)
          .join(', ') || t('capture.goneLines');

  return (
    <div className={styles.captures}>
      {running ? (
        <section className={styles.running} aria-label={t('capture.running')}>
          <span className={styles.pulse} aria-hidden="true">
            <RecordFilled />
          </span>
          <div className={styles.words}>
            <h2>{t('capture.running')}</h2>
            <p>
              {t('capture.runningBody', {
                lines: scope(running),
                until: time(running.endsAt),
                packets: running.packets,
                size: formatBytes(running.bytes, language),
              })}
            </p>
            <progress
              value={fillPercent(running)}
              max={100}
              aria-label={t('capture.room')}
              className={styles.room}
            />
            {running.full ? <p className={styles.full}>{t('capture.full')}</p> : null}
          </div>
          <Button
            appearance="primary"
            icon={<RecordStopRegular />}
            disabledFocusable={act.isPending}
            onClick={() =>
              act.mutate(async () => {
                await api.post(`/v1/captures/${running.id}/stop`, undefined);
              })
            }
          >
            {t('capture.stop')}
          </Button>
        </section>
      ) : captures.data ? (
        <StartCapture group={group} lines={lines} onStarted={() => void refresh()} />
      ) : null}
      <p role="alert" className={styles.failure}>
        {act.isError ? errorText(act.error, language) : null}
      </p>
      {captures.data === undefined && captures.isError ? (
        <ErrorState problem={captures.error} onRetry={() => void captures.refetch()} />
      ) : captures.data === undefined ? (
        <RowSkeletons count={3} />
      ) : captures.data.length === 0 ? (
        <EmptyState icon={<DocumentArrowDownRegular />} heading={t('capture.empty')}>
          {t('capture.emptyBody')}
        </EmptyState>
      ) : (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t('capture.started')}</th>
                <th scope="col">{t('capture.scope')}</th>
                <th scope="col">{t('capture.content')}</th>
                <th scope="col">{t('lines.state')}</th>
                <th scope="col">
                  <span className="tl-hidden">{t('capture.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {captures.data.map((capture) => (
                <tr key={capture.id}>
                  <td>
                    <strong>{time(capture.startedAt)}</strong>
                  </td>
                  <td data-label={t('capture.scope')}>{scope(capture)}</td>
                  <td data-label={t('capture.content')}>
                    {t('capture.packets', { count: capture.packets })} ·{' '}
                    {formatBytes(capture.bytes, language)}
                  </td>
                  <td data-label={t('lines.state')}>
                    {t(`capture.states.${capture.state}`)}
                    {capture.full ? (
                      <span className={styles.full}> · {t('capture.fullShort')}</span>
                    ) : null}
                  </td>
                  <td className={table.end}>
                    <span className={styles.actions}>
                      <Button
                        icon={<ArrowDownloadRegular />}
                        disabledFocusable={capture.packets === 0 || act.isPending}
                        aria-label={t('capture.downloadName', { time: time(capture.startedAt) })}
                        onClick={() => {
                          if (capture.packets > 0)
                            act.mutate(async () =>
                              saveFile(await api.download(`/v1/captures/${capture.id}/download`)),
                            );
                        }}
                      >
                        {t('capture.download')}
                      </Button>
                      <Button
                        appearance="subtle"
                        icon={<DeleteRegular />}
                        aria-label={t('capture.deleteName', { time: time(capture.startedAt) })}
                        title={t('capture.delete')}
                        onClick={() => setAsking(capture)}
                      />
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className={styles.note}>{t('capture.privacy', { days: captureRetentionDays })}</p>
      <ConfirmDialog
        open={asking !== null}
        heading={t('capture.deleteHeading')}
        confirm={t('capture.delete')}
        onCancel={() => setAsking(null)}
        onConfirm={() => {
          const gone = asking;
          setAsking(null);
          if (gone) act.mutate(() => api.delete(`/v1/captures/${gone.id}`));
        }}
      >
        {t('capture.deleteBody')}
      </ConfirmDialog>
    </div>
  );
}
