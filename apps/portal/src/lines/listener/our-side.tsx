import { Button } from '@fluentui/react-button';
import { ArrowDownloadRegular } from '@fluentui/react-icons/svg/arrow-download';
import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { ClockRegular } from '@fluentui/react-icons/svg/clock';
import type { LineGroup } from '@trunkline/contracts/lines.ts';
import type { CertificateDetails, GroupListener } from '@trunkline/contracts/listeners.ts';
import { Bone } from '@trunkline/ui/components/skeleton.tsx';
import { ErrorState } from '@trunkline/ui/components/states.tsx';
import { formatFull } from '@trunkline/ui/format/time.ts';
import { type ReactNode, useId } from 'react';
import { saveFile } from '../../app/save-file.ts';
import { useT } from '../../i18n/index.ts';
import { CopyValue } from '../../shell/copy-value.tsx';
import { useListener } from './listener.ts';
import styles from './our-side.module.css';

/**
 * Our side of a line group: what is entered at its telephone system (a trunk with a fixed address),
 * and what a firewall in between has to let through (LIN-046, LIN-077, LIN-078).
 */
export function OurSide({ group }: { group: Pick<LineGroup, 'id' | 'kind'> }) {
  const { t } = useT();
  const id = useId();
  const listener = useListener(group.id);
  const fixed = group.kind === 'trunk_static';
  return (
    <section className={styles.card} aria-labelledby={id}>
      <h2 id={id}>{t('listener.heading')}</h2>
      <p className={styles.quiet}>{t(fixed ? 'listener.body' : 'listener.firewallBody')}</p>
      {listener.data ? (
        <Facts listener={listener.data} />
      ) : listener.isError ? (
        <ErrorState problem={listener.error} onRetry={() => void listener.refetch()} />
      ) : (
        <Bone height={112} />
      )}
    </section>
  );
}

function Facts({ listener }: { listener: GroupListener }) {
  const { t } = useT();
  const { address, port, transport, media, certificate } = listener;
  const known = address !== null && port !== null;
  return (
    <>
      <dl className={styles.facts}>
        <Fact name={t('listener.state')}>
          <span className={styles.state} data-known={known}>
            {known ? <CheckmarkCircleFilled /> : <ClockRegular />}
            <span role="status">{t(known ? 'listener.listening' : 'listener.unknown')}</span>
          </span>
          {known ? null : <p className={styles.quiet}>{t('listener.unknownBody')}</p>}
        </Fact>
        {address !== null && port !== null ? (
          <>
            <Fact name={t('listener.address')}>
              <CopyValue name={t('listener.address')} value={address} />
            </Fact>
            <Fact name={t('listener.port')}>
              <CopyValue name={t('listener.port')} value={String(port)} />
            </Fact>
          </>
        ) : null}
        <Fact name={t('listener.transport')}>{transport.toUpperCase()}</Fact>
        {media ? (
          <Fact name={t('listener.media')}>
            <span className="tl-numeric">
              {t('listener.mediaPorts', {
                address: media.address,
                from: media.portMin,
                to: media.portMax,
              })}
            </span>
          </Fact>
        ) : null}
      </dl>
      {certificate ? <Certificate certificate={certificate} /> : null}
    </>
  );
}

function Certificate({ certificate }: { certificate: CertificateDetails }) {
  const { t, language } = useT();
  const until = new Date(certificate.notAfter);
  const date = formatFull(until, language);
  const expired = until.getTime() < Date.now();
  return (
    <>
      <h3>{t('listener.certificate')}</h3>
      <dl className={styles.facts}>
        <Fact name={t('listener.validFor')}>
          {certificate.names.join(', ') || certificate.subject}
        </Fact>
        <Fact name={t('listener.validUntil')}>
          <span className={expired ? styles.expired : ''}>
            {expired ? t('listener.expired', { date }) : date}
          </span>
        </Fact>
        <Fact name={t('listener.fingerprint')}>
          <code className={styles.fingerprint}>{certificate.fingerprint}</code>
        </Fact>
      </dl>
      {certificate.selfSigned ? <p className={styles.quiet}>{t('listener.selfSigned')}</p> : null}
      <Button
        className={styles.download ?? ''}
        icon={<ArrowDownloadRegular />}
        onClick={() =>
          saveFile({
            blob: new Blob([certificate.pem], { type: 'application/x-pem-file' }),
            fileName: 'trunkline.pem',
          })
        }
      >
        {t('listener.pem')}
      </Button>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
