import { useEffect, useState } from 'react';
import { formatDuration, formatFull, formatMoment, formatTimer } from '../format/time.ts';
import { useUiT } from '../i18n/use-ui-t.ts';

/** A moment: `14:02`, with the full date behind it. */
export function TimeText({ at }: { at: string }) {
  const { language } = useUiT();
  const date = new Date(at);
  return (
    <time dateTime={at} title={formatFull(date, language)} className="tl-numeric">
      {formatMoment(date, new Date(), language)}
    </time>
  );
}

/** A finished duration in words. */
export function DurationText({ ms }: { ms: number }) {
  const { language } = useUiT();
  return <span className="tl-numeric">{formatDuration(ms, language)}</span>;
}

/** A running timer since an instant, `0:07`. Not announced: it would talk every second. */
export function RunningTimer({ since }: { since: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="tl-numeric" role="timer" aria-live="off">
      {formatTimer(now - Date.parse(since))}
    </span>
  );
}
