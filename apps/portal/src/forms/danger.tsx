import { Button } from '@fluentui/react-button';
import { DeleteRegular } from '@fluentui/react-icons/svg/delete';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { ConfirmDialog } from '@trunkline/ui/components/dialog.tsx';
import { useState } from 'react';
import { useT } from '../i18n/index.ts';
import styles from './forms.module.css';

export interface DangerProps {
  heading: string;
  /** Level of the heading: 2 on a page, 3 (when left out) in a drawer. */
  level?: 2 | 3;
  /** What will happen. */
  body: string;
  confirm: string;
  /** Must be typed before it happens; left out: a click is enough. */
  typedName?: string;
  disabled?: boolean;
  act: () => Promise<void>;
}

/** Something that cannot be taken back: says what happens, then asks. */
export function Danger(props: DangerProps) {
  const { heading, body, confirm, typedName, disabled, act } = props;
  const Heading = props.level === 2 ? 'h2' : 'h3';
  const { language } = useT();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');
  return (
    <section className={styles.danger}>
      <Heading className={styles.heading}>{heading}</Heading>
      <p className={styles.hint}>{body}</p>
      <p role="alert" className={styles.error}>
        {failure}
      </p>
      <Button
        icon={<DeleteRegular />}
        disabled={disabled === true || busy}
        onClick={() => {
          setFailure('');
          setAsking(true);
        }}
      >
        {confirm}
      </Button>
      <ConfirmDialog
        open={asking}
        heading={heading}
        confirm={confirm}
        {...(typedName === undefined ? {} : { typedName })}
        busy={busy}
        onCancel={() => setAsking(false)}
        onConfirm={() => {
          setBusy(true);
          act()
            .catch((error: unknown) => setFailure(errorText(error, language)))
            .finally(() => {
              setBusy(false);
              setAsking(false);
            });
        }}
      >
        {body}
      </ConfirmDialog>
    </section>
  );
}
