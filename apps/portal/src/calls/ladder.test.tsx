import { act, cleanup, render, screen } from '@testing-library/react';
import type { TimelineEvent } from '@trunkline/contracts/call-records.ts';
import { chooseLanguage, startI18n } from '@trunkline/ui/i18n/i18n.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { loadTexts } from '../i18n/index.ts';
import { Ladder } from './ladder.tsx';

beforeAll(() => startI18n(loadTexts, 'en'));
afterEach(cleanup);

const event = (type: string, data: object, offsetMs: number): TimelineEvent =>
  ({ id: `evt_${offsetMs}`, type, data, offsetMs }) as unknown as TimelineEvent;
const events = [
  event('call.route', { decision: 'line', detail: 'called line', target: null, trace: [] }, 0),
  event(
    'call.route',
    { decision: 'forward_refused', detail: 'always: country', target: null, trace: [] },
    1,
  ),
  event('call.route', { decision: 'loop', detail: '20 → 21', target: null, trace: [] }, 2),
  event('limit.hit', { reason: 'call_rate' }, 3),
  event(
    'call.ended',
    { by: 'system', cause: 'too_long', text: 'longest duration of a call reached' },
    4,
  ),
];
const rows = () => screen.getAllByRole('listitem').map((row) => row.textContent ?? '');

test('what the node says reads well in both languages', async () => {
  render(<Ladder events={events} />);
  const english = [
    'Line found (called line)',
    'Forwarding is not possible (always: this country is not permitted)',
    'Forwarding goes round in circles (20 → 21)',
    'Stopped by the call limit (too many calls in a short time)',
    'End: longest duration reached (the longest duration of a call was reached)',
  ];
  for (const [at, text] of english.entries()) expect(rows()[at]).toContain(text);
  await act(() => chooseLanguage('de', false));
  const german = [
    'Leitung gefunden (angerufene Leitung)',
    'Weiterleitung nicht möglich (immer: dieses Land ist nicht freigegeben)',
    'Weiterleitung dreht sich im Kreis (20 → 21)',
    '(zu viele Anrufe in kurzer Zeit)',
    'längste Dauer erreicht (die längste Dauer eines Gesprächs ist erreicht)',
  ];
  for (const [at, text] of german.entries()) expect(rows()[at]).toContain(text);
  await act(() => chooseLanguage('en', false));
});
