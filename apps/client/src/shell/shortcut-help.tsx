import { Drawer } from '@trunkline/ui/components/dialog.tsx';
import { useT } from '../i18n/index.ts';
import styles from './shortcut-help.module.css';

const groups = [
  ['everywhere', ['dial', 'help']],
  ['ringing', ['answer', 'reject']],
  ['call', ['mute', 'hold', 'swap', 'connect', 'transfer', 'keypad', 'hangUp']],
] as const;

/** All keys at a glance. */
export default function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const { t } = useT();
  const keys = {
    dial: [t('dial.shortcut'), '/'],
    help: ['?'],
    answer: [t('call.shortcutAnswer')],
    reject: [t('call.shortcutReject')],
    mute: ['Alt+M'],
    hold: ['Alt+H'],
    swap: ['Alt+W'],
    connect: ['Alt+C'],
    transfer: ['Alt+T'],
    keypad: ['Alt+K'],
    hangUp: ['Alt+U'],
  };
  return (
    <Drawer open heading={t('keys.heading')} onClose={onClose}>
      <div className={styles.groups}>
        {groups.map(([group, entries]) => (
          <section key={group}>
            <h3>{t(`keys.${group}`)}</h3>
            <dl>
              {entries.map((entry) => (
                <div key={entry}>
                  <dt>{t(`keys.${entry}`)}</dt>
                  <dd>
                    {keys[entry].map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Drawer>
  );
}
