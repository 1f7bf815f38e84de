import { Badge } from '@fluentui/react-badge';
import { Button } from '@fluentui/react-button';
import { ArrowSyncRegular } from '@fluentui/react-icons/svg/arrow-sync';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Line, LineGroup } from '@trunkline/contracts/lines.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { useKeep } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import table from '../shell/table.module.css';
import styles from './group-page.module.css';
import { LineStateText } from './line-state.tsx';

export interface LineTableProps {
  group: LineGroup;
  lines: readonly Line[];
  onOpen: (id: string) => void;
}

const nameOf = (line: Line) => line.number + line.suffix;

/** The lines of a group; one of a trunk's carries its mark, which can be moved (LIN-056, LIN-057). */
export function LineTable({ group, lines, onOpen }: LineTableProps) {
  const { t, language } = useT();
  const { api } = useServices();
  const keep = useKeep<LineGroup>('groups');
  const reset = useMutation({
    mutationFn: (line: Line) => api.post<Line>(`/v1/lines/${line.id}/reset`, undefined),
  });
  const move = useMutation({
    mutationFn: async (line: Line) =>
      keep(
        await api.patch<LineGroup>(
          `/v1/line-groups/${group.id}`,
          { registerLineId: line.id },
          { version: group.version },
        ),
      ),
  });
  const failed = [reset, move].find((each) => each.isError);
  const trunk = group.kind === 'registration' ? null : group.kind;
  return (
    <>
      <p role="status" className={failed ? styles.failed : styles.done}>
        {reset.isSuccess ? t('lines.resetDone', { line: nameOf(reset.variables) }) : null}
        {move.isSuccess ? t('group.markMoved', { line: nameOf(move.variables) }) : null}
        {failed ? errorText(failed.error, language) : null}
      </p>
      <div className={table.wrap}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t('lines.number')}</th>
              <th scope="col">{t('lines.state')}</th>
              <th scope="col">{t('lines.users')}</th>
              <th scope="col">{t('lines.userName')}</th>
              <th scope="col">
                <span className="tl-hidden">{t('lines.reset')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => {
              const name = nameOf(line);
              const marked = trunk !== null && line.id === group.registerLineId;
              return (
                <tr key={line.id}>
                  <td>
                    <span className={styles.name}>
                      <button
                        type="button"
                        className={table.open}
                        onClick={() => onOpen(line.id)}
                        aria-label={t('form.edit', { name })}
                      >
                        <span className="tl-numeric">{name}</span>
                      </button>
                      {trunk !== null && marked ? (
                        <Badge appearance="tint" color="brand">
                          {t(`group.mark.${trunk}`)}
                        </Badge>
                      ) : null}
                      {line.isTrunkLine ? (
                        <Badge appearance="outline">{t('group.trunkLine')}</Badge>
                      ) : null}
                    </span>
                  </td>
                  <td data-label="">
                    <LineStateText line={line} />
                    {line.warnings.map((warning) => (
                      <p key={warning.pointer} className={styles.warning}>
                        {warning.code === 'port_unusual'
                          ? null
                          : t(`group.warning.${warning.code}`)}
                      </p>
                    ))}
                  </td>
                  <td data-label={t('lines.users')}>
                    {line.users.length === 0 ? (
                      <span className={table.quiet}>{t('lines.nobody')}</span>
                    ) : (
                      line.users.map((user) => user.displayName).join(', ')
                    )}
                  </td>
                  <td data-label={t('lines.userName')}>{line.userName}</td>
                  <td className={table.end}>
                    <span className={styles.rowActions}>
                      {trunk !== null && !marked && line.useLine ? (
                        <Button
                          aria-label={t('group.moveMarkName', {
                            line: name,
                            what: t(`group.moveMark.${trunk}`),
                          })}
                          disabledFocusable={move.isPending}
                          onClick={() => {
                            if (move.isPending) return;
                            reset.reset();
                            move.mutate(line);
                          }}
                        >
                          {t(`group.moveMark.${trunk}`)}
                        </Button>
                      ) : null}
                      <Link
                        to="/lines/$groupId/sip/$lineId"
                        params={{ groupId: group.id, lineId: line.id }}
                        className={styles.live}
                        aria-label={t('sipView.heading', { line: name })}
                        title={t('sipView.heading', { line: name })}
                      >
                        {t('sipView.open')}
                      </Link>
                      <Button
                        appearance="subtle"
                        icon={<ArrowSyncRegular />}
                        aria-label={t('lines.resetName', { line: name })}
                        title={t('lines.resetName', { line: name })}
                        disabledFocusable={reset.isPending}
                        onClick={() => {
                          if (reset.isPending) return;
                          move.reset();
                          reset.mutate(line);
                        }}
                      />
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
