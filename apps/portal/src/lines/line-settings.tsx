import type { Line } from '@trunkline/contracts/lines.ts';
import { useState } from 'react';
import { useDrop } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { Danger } from '../forms/danger.tsx';
import forms from '../forms/forms.module.css';
import { useT } from '../i18n/index.ts';
import { AssignLine } from './assign-line.tsx';
import { CallHandlingForm } from './call-handling-form.tsx';
import { ForwardListForm } from './forward-list-form.tsx';
import { LineForm } from './line-form.tsx';
import { LineStateText } from './line-state.tsx';

export interface LineSettingsProps {
  line: Line;
  onDirty: (id: string, dirty: boolean) => void;
  onDeleted: () => void;
}

/** Everything about one line, each part saved by itself. */
export function LineSettings({ line, onDirty, onDeleted }: LineSettingsProps) {
  const { t } = useT();
  const { api } = useServices();
  const drop = useDrop('lines');
  const [version, setVersion] = useState(line.version);
  const shared = { line, version, setVersion, onDirty };
  const name = line.number + line.suffix;
  return (
    <>
      <LineStateText line={line} />
      <LineForm {...shared} groupId={line.lineGroupId} />
      <section className={forms.section} aria-labelledby="line-assign">
        <h3 id="line-assign" className={forms.heading}>
          {t('handling.sectionAssign')}
        </h3>
        <p className={forms.hint}>{t('handling.assignHint')}</p>
        <AssignLine line={line} />
      </section>
      <CallHandlingForm lineId={line.id} onDirty={onDirty} />
      <ForwardListForm {...shared} />
      <Danger
        heading={t('handling.deleteHeading', { line: name })}
        body={t('handling.deleteBody')}
        confirm={t('handling.delete')}
        typedName={name}
        act={async () => {
          await api.delete(`/v1/lines/${line.id}`, { version });
          onDeleted();
          drop(line.id);
        }}
      />
    </>
  );
}
