import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { needs } from '../peers/available.ts';
import { captureScripts } from './in-call/capture.scripts.ts';
import type { Cast } from './in-call/cast.ts';
import { holdScripts } from './in-call/hold.scripts.ts';
import { transferScripts } from './in-call/transfer.scripts.ts';
import { twoCallsScripts } from './in-call/two-calls.scripts.ts';
import { openOffice } from './office.ts';

const suite = needs('in a call', 'kamailio', 'baresip', 'linphone', 'chromium');

describe.skipIf(suite.skip)(suite.name, () => {
  const cast = {} as Cast;

  beforeAll(async () => {
    cast.office = await openOffice({
      people: { anna: ['Anna Albrecht', '20'], ben: ['Ben Bergmann', '21'] },
      phones: {
        30: { displayName: 'Empfang', toneHz: 1000 },
        31: { displayName: 'Lager', toneHz: 1500 },
      },
      softPhones: {
        40: { toneHz: 660, autoAnswer: true },
        41: { toneHz: 880, autoAnswer: true },
        // Once it has held, it plays its music in the next call too: it has a part of its own.
        42: { toneHz: 660, holdHz: 550, autoAnswer: true },
      },
      unregistered: ['39'],
      group: { transferMethod: 'join' },
      groups: { refer: { lines: ['21'], settings: { transferMethod: 'refer' } } },
    });
    const { office } = cast;
    [cast.anna, cast.ben] = await Promise.all([office.signIn('anna'), office.signIn('ben')]);
  }, 180_000);

  afterEach(() => cast.office?.clear(), 30_000);

  afterAll(() => cast.office?.stop(), 60_000);

  holdScripts(cast);
  twoCallsScripts(cast);
  transferScripts(cast);
  captureScripts(cast);
});
