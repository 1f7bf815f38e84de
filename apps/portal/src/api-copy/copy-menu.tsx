import { Button } from '@fluentui/react-button';
import { CodeRegular } from '@fluentui/react-icons/svg/code';
import { CopyRegular } from '@fluentui/react-icons/svg/copy';
import { WindowConsoleRegular } from '@fluentui/react-icons/svg/window-console';
import { MenuItem, Popover } from '@trunkline/ui/components/popover.tsx';
import { useEffect, useState } from 'react';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import { type ApiExample, asCli, asCurl } from './examples.ts';

/** "Copy as API call" and "copy as CLI" of a page. */
export function CopyMenu({ example }: { example: ApiExample }) {
  const { t } = useT();
  const { profile } = useServices();
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (said === '') return;
    const timer = setTimeout(() => setSaid(''), 2_500);
    return () => clearTimeout(timer);
  }, [said]);

  function copy(text: string, close: () => void): void {
    navigator.clipboard.writeText(text).then(
      () => setSaid(t('copy.copied')),
      () => setSaid(t('copy.failed')),
    );
    close();
  }

  const { origin } = window.location;
  const [userName = '', domain = ''] = profile.identity.split('@');
  const tenant = {
    alias: domain.split('.')[0] ?? '',
    displayName: domain,
    firstAdmin: { userName, displayName: profile.displayName },
  };
  return (
    <>
      <Popover
        kind="menu"
        label={t('copy.open')}
        place="bottomEnd"
        trigger={(props) => (
          <Button appearance="subtle" icon={<CodeRegular />} {...props}>
            {said === '' ? t('copy.open') : said}
          </Button>
        )}
      >
        {(close) => (
          <>
            <MenuItem icon={<CopyRegular />} onClick={() => copy(asCurl(example, origin), close)}>
              {t('copy.api')}
            </MenuItem>
            <MenuItem
              icon={<WindowConsoleRegular />}
              onClick={() => copy(asCli(example, tenant, origin), close)}
            >
              {t('copy.cli')}
            </MenuItem>
          </>
        )}
      </Popover>
      <span className="tl-hidden" role="status">
        {said}
      </span>
    </>
  );
}
