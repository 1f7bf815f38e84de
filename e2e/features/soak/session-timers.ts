/**
 * Calls with session timers of 90 seconds that stand for 20 minutes: one a line placed, one it took,
 * and a third that is held most of the time. Both sides must hear each other at the end, and the
 * sessions must have been refreshed in either role.
 *
 * Run: `npm run soak session-timers`, or `node e2e/features/soak/session-timers.ts [minutes]`
 */
import { waitToHear } from '../../peers/chromium/measure.ts';
import { browserHz, openOffice } from '../office.ts';

const minutes = Number(process.argv[2] ?? 20);
const timerSeconds = 90;
const LOOK_MS = 30_000;

await using office = await openOffice({
  people: {
    anna: ['Anna Albrecht', '20'],
    ben: ['Ben Bergmann', '21'],
    carl: ['Carl Claasen', '22'],
  },
  phones: { 30: { displayName: 'Empfang', toneHz: 1000, toneSeconds: minutes * 60 + 120 } },
  softPhones: {
    40: { toneHz: 660, toneSeconds: minutes * 60 + 120, autoAnswer: true },
    41: { toneHz: 880, toneSeconds: minutes * 60 + 120, autoAnswer: true },
  },
  group: { sessionTimerSeconds: timerSeconds },
});
const [anna, ben, carl] = await Promise.all(
  ['anna', 'ben', 'carl'].map((person) => office.signIn(person)),
);
if (!anna || !ben || !carl) throw new Error('nobody there');
const [placed, taken, held] = [office.softPhone('40'), office.phone('30'), office.softPhone('41')];

await anna.dial('40');
await anna.connected();
await taken.dial('21');
await ben.ringing('Empfang');
await ben.answer();
await ben.connected();
await carl.dial('41');
await carl.connected();
await held.waitToHear(browserHz);
await carl.hold();

const began = Date.now();
const until = began + minutes * 60_000;
let failed = '';
while (Date.now() < until && failed === '') {
  await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS, until - Date.now())));
  try {
    await Promise.all([
      placed.waitToHear(browserHz),
      waitToHear(anna.page, 660),
      taken.waitToHear(browserHz),
      waitToHear(ben.page, 1000),
    ]);
  } catch (error) {
    failed = String(error);
  }
  const passed = Math.round((Date.now() - began) / 1000);
  console.log(`${passed} s: ${failed === '' ? 'both calls are heard' : failed}`);
}

if (failed === '') {
  await carl.resume();
  await held.waitToHear(browserHz);
  await waitToHear(carl.page, 880);
}
const refreshes = office.kamailio.records.filter(
  ({ kind, toTag, method, headers }) =>
    kind === 'request' &&
    toTag &&
    (method === 'UPDATE' || method === 'INVITE') &&
    headers.has('session-expires'),
);
const perDialog = new Map<string, number>();
for (const { callId } of refreshes) perDialog.set(callId, (perDialog.get(callId) ?? 0) + 1);
const roles = new Set(
  office.kamailio.records.flatMap(({ headers }) => {
    const [value = ''] = headers.get('session-expires') ?? [];
    return /refresher=(ua[cs])/.exec(value)?.[1] ?? [];
  }),
);
console.log(
  `refreshes by dialog: ${[...perDialog.values()].join(', ') || 'none'}; ` +
    `refreshers: ${[...roles].join(', ') || 'none'}`,
);
// Every half interval (RFC 4028 §10), counted with one to spare.
const least = Math.floor((minutes * 60) / (timerSeconds / 2)) - 1;
if (
  failed === '' &&
  least > 0 &&
  [...perDialog.values()].filter((count) => count >= least).length < 3
)
  failed = `fewer than ${least} refreshes of a call`;
console.log(failed === '' ? 'passed' : `FAILED: ${failed}`);
process.exitCode = failed === '' ? 0 : 1;
