import { LockClosedRegular } from '@fluentui/react-icons/svg/lock-closed';
import { LockOpenRegular } from '@fluentui/react-icons/svg/lock-open';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import styles from './call-details.module.css';
import type { Leg } from './leg.ts';
import type { Received } from './quality.ts';

/** How each part of the way sounds, and what is encrypted (VOX-117, VOX-122). */
export default function CallDetails({ leg, call }: { leg: Leg; call: CallView }) {
  const { t, language } = useT();
  const { live, phone } = useServices();
  const reported = useStore(live.qualities, (all) => all[call.id]);
  const here = useStore(phone.received, (all) => all[leg.key]);
  const parts: [string, Received | null][] = [
    [t('call.details.here'), here ?? null],
    [t('call.details.client'), reported?.client ?? null],
    [t('call.details.pbx'), reported?.pbx ?? null],
  ];
  const decimal = (value: number, digits: number) =>
    value.toLocaleString(language, { maximumFractionDigits: digits });
  const rows: [string, (part: Received) => string | null][] = [
    [t('call.details.codec'), ({ codec }) => codec],
    [t('call.details.loss'), ({ lossPercent }) => `${decimal(lossPercent, 1)} %`],
    [t('call.details.jitter'), ({ jitterMs }) => `${decimal(jitterMs, 0)} ms`],
    [
      t('call.details.roundTrip'),
      ({ roundTripMs }) => (roundTripMs === null ? null : `${decimal(roundTripMs, 0)} ms`),
    ],
    [t('call.details.mos'), ({ mos }) => (mos === null ? null : decimal(mos, 1))],
  ];
  return (
    <div className={styles.details}>
      <table>
        <caption>{t('call.details.heading')}</caption>
        <thead>
          <tr>
            <td />
            {parts.map(([name]) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="tl-numeric">
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {parts.map(([part, figures]) => (
                <td key={part}>{(figures && value(figures)) ?? '–'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.lock}>
        <LockClosedRegular aria-hidden="true" />
        {t('call.details.clientEncrypted')}
      </p>
      {call.pbxEncrypted === null ? null : (
        <p className={styles.lock} data-open={!call.pbxEncrypted}>
          {call.pbxEncrypted ? (
            <LockClosedRegular aria-hidden="true" />
          ) : (
            <LockOpenRegular aria-hidden="true" />
          )}
          {call.pbxEncrypted ? t('call.encrypted') : t('call.notEncrypted')}
        </p>
      )}
    </div>
  );
}
