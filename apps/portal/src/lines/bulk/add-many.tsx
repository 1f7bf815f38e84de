import { Button } from '@fluentui/react-button';
import { ArrowUploadRegular } from '@fluentui/react-icons/svg/arrow-upload';
import {
  type LineImportResult,
  maxImportBytes,
  maxImportRows,
} from '@trunkline/contracts/lines.ts';
import { useRef, useState } from 'react';
import { useServices } from '../../app/services.ts';
import { useDraft } from '../../forms/draft.ts';
import { AreaField, TextField } from '../../forms/fields.tsx';
import { Section } from '../../forms/section.tsx';
import { useT } from '../../i18n/index.ts';
import styles from './bulk.module.css';
import { decodeCsv, joined, noResult, partsOf, rowsOf } from './csv-parts.ts';
import { ImportReport } from './import-report.tsx';

/** Rows sent at a time. */
const partSize = 200;

export interface AddManyProps {
  groupId: string;
  onDirty: (id: string, dirty: boolean) => void;
}

/** Many lines at once: by list and range, or from a file (LIN-051, LIN-053, LIN-058). */
export function AddMany({ groupId, onDirty }: AddManyProps) {
  const { t } = useT();
  const [result, setResult] = useState<LineImportResult | null>(null);
  return (
    <>
      <ByRange groupId={groupId} onDirty={onDirty} onResult={setResult} />
      <ByFile groupId={groupId} onDirty={onDirty} onResult={setResult} />
      <div role="status">{result ? <ImportReport result={result} /> : null}</div>
      <p className={styles.note}>{t('bulk.onlyAdds')}</p>
    </>
  );
}

type PartProps = AddManyProps & { onResult: (result: LineImportResult | null) => void };

function ByRange({ groupId, onDirty, onResult }: PartProps) {
  const { t } = useT();
  const { api, client } = useServices();
  const draft = useDraft({ userNames: '', authUserName: '', password: '' });
  return (
    <Section
      heading={t('bulk.range')}
      hint={t('bulk.rangeHint')}
      dirty={draft.dirty}
      onDirty={onDirty}
      onDiscard={() => draft.reset()}
      submit={t('form.create')}
      done={t('bulk.finished')}
      check={() => (draft.values.userNames.trim() === '' ? { userNames: t('form.required') } : {})}
      onSave={async () => {
        const { userNames, authUserName, password } = draft.values;
        const answer = await api.post<LineImportResult>('/v1/lines/batch', {
          lineGroupId: groupId,
          userNames,
          ...(authUserName.trim() ? { authUserName } : {}),
          ...(password ? { password } : {}),
        });
        draft.reset();
        onResult(answer);
        await client.invalidateQueries();
      }}
    >
      {(errors) => (
        <>
          <TextField
            draft={draft}
            field="userNames"
            label={t('bulk.userNames')}
            placeholder="150;177;200-220"
            errors={errors}
            required
            maxLength={2_000}
          />
          <TextField
            draft={draft}
            field="authUserName"
            label={t('lines.authUserName')}
            hint={t('bulk.authHint')}
            placeholder="<*>"
            errors={errors}
            maxLength={80}
          />
          <TextField
            draft={draft}
            field="password"
            type="password"
            autoComplete="new-password"
            label={t('lines.password')}
            hint={t('bulk.passwordHint')}
            errors={errors}
            maxLength={256}
          />
        </>
      )}
    </Section>
  );
}

function ByFile({ groupId, onDirty, onResult }: PartProps) {
  const { t } = useT();
  const { api, client } = useServices();
  const file = useRef<HTMLInputElement>(null);
  const draft = useDraft({ csv: '' });
  const [progress, setProgress] = useState<{ done: number; all: number } | null>(null);
  const [tooLarge, setTooLarge] = useState(false);
  const rows = rowsOf(draft.values.csv).length;

  async function send(): Promise<void> {
    const parts = partsOf(draft.values.csv, partSize);
    let total = noResult;
    onResult(null);
    try {
      for (const part of parts) {
        setProgress({ done: part.before, all: rows });
        const answer = await api.upload<LineImportResult>(
          `/v1/line-groups/${groupId}/lines/import`,
          part.text,
          'text/csv; charset=utf-8',
        );
        total = joined(total, answer, part.before);
        // What is done stands, whatever becomes of the rest.
        onResult(total);
      }
      draft.reset();
    } finally {
      setProgress(null);
      await client.invalidateQueries();
    }
  }

  return (
    <Section
      heading={t('bulk.file')}
      hint={t('bulk.fileHint')}
      dirty={draft.dirty}
      onDirty={onDirty}
      onDiscard={() => draft.reset()}
      done={t('bulk.finished')}
      submit={rows > 0 ? t('bulk.import', { count: rows }) : t('bulk.importNone')}
      check={() =>
        rows > maxImportRows
          ? { csv: t('bulk.tooMany', { max: maxImportRows }) }
          : ({} as Record<string, string>)
      }
      onSave={send}
    >
      {(errors) => (
        <>
          <div className={styles.file}>
            <input
              ref={file}
              type="file"
              accept=".csv,text/csv,text/plain"
              hidden
              onChange={(event) => {
                const [chosen] = event.target.files ?? [];
                event.target.value = '';
                if (!chosen) return;
                setTooLarge(chosen.size > maxImportBytes);
                if (chosen.size > maxImportBytes) return;
                void chosen
                  .arrayBuffer()
                  .then((bytes) => draft.set('csv', decodeCsv(new Uint8Array(bytes))));
              }}
            />
            <Button icon={<ArrowUploadRegular />} onClick={() => file.current?.click()}>
              {t('bulk.choose')}
            </Button>
            <span className={styles.note} role="status" data-problem={tooLarge}>
              {t('bulk.limit', { max: maxImportRows })}
            </span>
          </div>
          <AreaField
            draft={draft}
            field="csv"
            label={t('bulk.paste')}
            hint={t('bulk.pasteHint')}
            placeholder={'120,,xxxxxxxx,\n121,auth121,xxxxxxxx,4930123121'}
            errors={errors}
            rows={6}
          />
          {progress ? (
            <div className={styles.progress}>
              <progress value={progress.done} max={progress.all} aria-label={t('bulk.progress')} />
              <span>{t('bulk.done', { done: progress.done, all: progress.all })}</span>
            </div>
          ) : null}
        </>
      )}
    </Section>
  );
}
