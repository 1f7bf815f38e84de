import { ArrowLeftRegular } from '@fluentui/react-icons/svg/arrow-left';
import { Link, useParams } from '@tanstack/react-router';
import { ErrorState } from '@trunkline/ui/components/states.tsx';
import { useGroups, useLines } from '../../app/queries.ts';
import { useT } from '../../i18n/index.ts';
import { NotFound } from '../../shell/not-found.tsx';
import { Page } from '../../shell/page.tsx';
import styles from '../group-page.module.css';
import { SipView } from './sip-view.tsx';

/** What Trunkline and the telephone system say about one line, as they say it. */
export function SipPage() {
  const { t } = useT();
  const { groupId, lineId } = useParams({ from: '/shell/lines/$groupId/sip/$lineId' });
  const [lines, groups] = [useLines(), useGroups()];
  const line = lines.data?.find((each) => each.id === lineId && each.lineGroupId === groupId);
  const group = groups.data?.find((each) => each.id === groupId);
  if (lines.isError && lines.data === undefined)
    return <ErrorState problem={lines.error} onRetry={() => void lines.refetch()} />;
  if (lines.data && !line) return <NotFound />;
  return (
    <Page
      heading={line ? t('sipView.heading', { line: line.number + line.suffix }) : '…'}
      purpose={t('sipView.purpose')}
      example={{ method: 'GET', path: `/v1/lines/${lineId}/sip-events` }}
      before={
        <Link to="/lines/$groupId" params={{ groupId }} className={styles.back}>
          <ArrowLeftRegular aria-hidden="true" />
          {group?.name ?? t('sipView.back')}
        </Link>
      }
    >
      {line ? <SipView key={line.id} lineId={line.id} /> : null}
    </Page>
  );
}
