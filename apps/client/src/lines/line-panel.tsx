import { Button } from '@fluentui/react-button';
import { useQuery } from '@tanstack/react-query';
import type { Me } from '@trunkline/contracts/people.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { NumberText } from '@trunkline/ui/components/number-text.tsx';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { useState } from 'react';
import { useServices } from '../app/services.ts';
import { useDialling } from '../calls/use-dialling.ts';
import { peopleQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import { forwardingSentences } from './forwarding-words.ts';
import styles from './line-menu.module.css';
import { useSaveCallHandling } from './use-call-handling.ts';

type Line = Me['lines'][number];

export interface LinePanelProps {
  lines: readonly Line[];
  onForwarding: (line: Line) => void;
  /** A feature code is dialled: its call window opens. */
  onFeature: () => void;
}

/** What a user sets for calls on the own lines, one part a line. */
export default function LinePanel({ lines, onForwarding, onFeature }: LinePanelProps) {
  return (
    <>
      {lines.map((line) => (
        <LinePart key={line.id} line={line} onForwarding={onForwarding} onFeature={onFeature} />
      ))}
    </>
  );
}

interface LinePartProps extends Omit<LinePanelProps, 'lines'> {
  line: Line;
}

function LinePart({ line, onForwarding, onFeature }: LinePartProps) {
  const { t, language } = useT();
  const { api, live, phone, profile } = useServices();
  const people = useQuery(peopleQuery(api, profile.id, language)).data ?? [];
  const dialling = useDialling();
  const idle = useStore(live.calls, (calls) =>
    Object.values(calls).every((call) => call.lineId !== line.id || call.state === 'ended'),
  );
  const save = useSaveCallHandling(line);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { doNotDisturb, forwarding } = line.callHandling;
  const sentences = forwardingSentences(line, people, t);
  const offers = (name: Line['functions'][number]) => line.functions.includes(name);

  async function toggle(): Promise<void> {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await save({ doNotDisturb: !doNotDisturb, forwarding });
    } catch (error) {
      setProblem(errorText(error, language));
    }
    setBusy(false);
  }

  return (
    <section className={styles.line} aria-label={t('line.name', { line: line.display })}>
      <div className={styles.head}>
        <h2>{t('line.name', { line: line.display })}</h2>
        <NumberText number={line.number} copy />
      </div>
      {offers('do_not_disturb') ? (
        <button
          type="button"
          role="switch"
          aria-checked={doNotDisturb}
          aria-disabled={busy}
          aria-label={t('line.dnd')}
          className={styles.switch}
          onClick={() => void toggle()}
        >
          <span>{t('line.dnd')}</span>
          <span className={styles.track} aria-hidden="true" />
          <span className={styles.hint}>{doNotDisturb ? t('line.dndOn') : t('line.dndOff')}</span>
        </button>
      ) : null}
      <div role="alert">{problem ? <p className={styles.problem}>{problem}</p> : null}</div>
      {offers('forwarding') ? (
        <div className={styles.part}>
          <h3>{t('line.forwarding')}</h3>
          {sentences.length === 0 ? (
            <p>{t('line.notForwarded')}</p>
          ) : (
            <ul className={styles.sentences}>
              {sentences.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          )}
          <Button onClick={() => onForwarding(line)}>{t('line.change')}</Button>
        </div>
      ) : null}
      {line.featureCodes.length > 0 ? (
        <div className={styles.part}>
          <h3>{t('line.codes')}</h3>
          {idle && dialling !== 'barred' ? (
            <ul className={styles.codes}>
              {line.featureCodes.map((code, index) => (
                // The position is what the service knows a code by.
                <li key={index}>
                  <Button
                    onClick={() => {
                      phone.feature(line.id, index, code.name);
                      onFeature();
                    }}
                  >
                    {code.name}
                  </Button>
                </li>
              ))}
            </ul>
          ) : (
            <p className={styles.hint}>{t('line.codesBusy')}</p>
          )}
        </div>
      ) : null}
    </section>
  );
}
