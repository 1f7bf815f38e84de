import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { needs } from '../peers/available.ts';
import { openOffice } from './office.ts';
import type { Cast } from './rules/cast.ts';
import { forwardingScripts } from './rules/forwarding.scripts.ts';
import { foreignAliases, fraudScripts } from './rules/fraud.scripts.ts';
import { pickupScripts } from './rules/pickup-dnd.scripts.ts';

const suite = needs('by the rules of a company', 'kamailio', 'baresip', 'chromium');

describe.skipIf(suite.skip)(suite.name, () => {
  const cast = {} as Cast;

  beforeAll(async () => {
    cast.office = await openOffice({
      people: {
        anna: ['Anna Albrecht', '20'],
        ben: ['Ben Bergmann', '21'],
        carl: ['Carl Claasen', '22'],
        dora: ['Dora Dietz', '23'],
        emil: ['Emil Ernst', '24'],
        frida: ['Frida Frey', '25'],
        gerd: ['Gerd Groß', '26'],
        fritz: ['Fritz Frank', '27'],
        clara: ['Clara Conrad', '52'],
        dirk: ['Dirk Deppe', '53'],
        erik: ['Erik Eller', '54'],
        fred: ['Fred Fuchs', '55'],
        greta: ['Greta Graf', '56'],
      },
      phones: {
        30: { displayName: 'Empfang', toneHz: 1000 },
        31: { displayName: 'Lager', toneHz: 1500, answerMode: 'auto' },
        // What the PBX does when somebody dials a code, and who answers abroad.
        35: { displayName: 'Dienst', toneHz: 1500, answerMode: 'auto' },
        36: { displayName: 'Leitstelle', toneHz: 700, answerMode: 'auto' },
      },
      pbx: {
        aliases: { '*5926': '35', '*72': '35', '112': '36', '0112': '36', ...foreignAliases },
      },
      group: { forwardMethod: 'new_call' },
      groups: {
        code: {
          lines: ['22', '26'],
          settings: {
            pickupInServer: false,
            pickupCode: '*59<NUMBER>',
            featureCodes: [{ name: 'Night service', code: '*72' }],
            rejectResponse: 603,
          },
        },
        declines: { lines: ['23'], settings: { notSignedInResponse: 603, rejectResponse: 480 } },
        away: { lines: ['24'], settings: { notSignedInResponse: 480, hideRejectButton: true } },
        rings: { lines: ['25'], settings: { notSignedInResponse: 180, rejectResponse: 180 } },
        redirect: { lines: ['53'], settings: { forwardMethod: 'redirect_302' } },
        deflect: { lines: ['54'], settings: { forwardMethod: 'answer_transfer' } },
        mailbox: { lines: ['56'], settings: { mailboxWhenSignedOut: true } },
      },
    });
    const { office } = cast;
    [cast.anna, cast.ben] = await Promise.all([office.signIn('anna'), office.signIn('ben')]);
  }, 180_000);

  afterEach(() => cast.office?.clear(), 30_000);

  afterAll(() => cast.office?.stop(), 60_000);

  pickupScripts(cast);
  forwardingScripts(cast);
  fraudScripts(cast);
});
