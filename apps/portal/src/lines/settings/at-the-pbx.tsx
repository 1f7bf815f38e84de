import type { LineGroup } from '@trunkline/contracts/lines.ts';
import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { useT } from '../../i18n/index.ts';
import styles from './group-settings.module.css';

type Told = Pick<LineGroup, 'kind' | 'transport' | 'srtp' | 'pbxCodecs' | 'dtmf'>;

/** What has to be set at the telephone system so that both sides fit. */
export function AtThePbx({ group, template }: { group: Told; template: PbxTemplate | null }) {
  const { t, language } = useT();
  const srtp =
    group.srtp === 'auto' ? (group.transport === 'tls' ? 'required' : 'off') : group.srtp;
  const facts: [string, string][] = [
    [t('group.transport'), group.transport.toUpperCase()],
    [t('group.pbxCodecs'), group.pbxCodecs.map((codec) => t(`group.codec.${codec}`)).join(', ')],
    [t('group.srtp'), t(`group.srtps.${srtp}`)],
    [t('group.dtmf'), t(`group.dtmfs.${group.dtmf}`)],
  ];
  return (
    <section className={styles.atPbx} aria-label={t('group.atPbx')}>
      <h3>{t('group.atPbx')}</h3>
      <p>{t(`group.atPbxKind.${group.kind}`)}</p>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {template && template.hints[language].length > 0 ? (
        <ul>
          {template.hints[language].map((hint) => (
            <li key={hint}>{hint}</li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
