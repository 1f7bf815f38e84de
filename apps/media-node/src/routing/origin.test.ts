import { describe, expect, test } from 'vitest';
import type { CallHistory, IncomingLeg } from '../calls/pbx.ts';
import { testTenant } from '../testing/tenant.ts';
import { stationsOf } from './chain.ts';
import { originOf } from './origin.ts';

const [location] = testTenant().config.locations;
if (!location) throw new Error('no location');
const nothing: CallHistory = { diversion: [], historyInfo: [], maxForwards: 70 };
const leg = (history: CallHistory, user = '0171123456') =>
  ({ caller: { user, displayName: 'Arthur' }, history }) as IncomingLeg;
const own = { ownUri: 'sip:20@pbx', targetUri: 'sip:21@pbx', reason: 'no_answer' };

describe('the way a forwarded call came (VOX-129)', () => {
  test('the first forwarding begins Diversion and History-Info, one hop fewer', () => {
    expect(originOf({ ...own, incoming: leg(nothing) })).toEqual({
      caller: { user: '0171123456', displayName: 'Arthur' },
      diversion: [{ uri: 'sip:20@pbx', reason: 'no-answer', counter: 1 }],
      historyInfo: [
        { uri: 'sip:20@pbx', index: '1', reason: { protocol: 'SIP', cause: 408, text: '' } },
        { uri: 'sip:21@pbx', index: '1.1', change: { kind: 'mp', from: '1' } },
      ],
      maxForwards: 69,
    });
  });

  test('a later one goes on where the PBX’s story ends', () => {
    const history: CallHistory = {
      diversion: [{ uri: 'sip:15@pbx', reason: 'user-busy' }],
      historyInfo: [
        { uri: 'sip:15@pbx', index: '1' },
        { uri: 'sip:20@pbx', index: '1.1' },
      ],
      maxForwards: 5,
    };
    const origin = originOf({ ...own, incoming: leg(history) });
    expect(origin.historyInfo.map(({ index }) => index)).toEqual(['1', '1.1', '1.1.1']);
    expect(origin.diversion.map(({ uri }) => uri)).toEqual(['sip:20@pbx', 'sip:15@pbx']);
    expect(origin.maxForwards).toBe(4);
  });

  test('a withheld caller stays withheld', () => {
    expect(originOf({ ...own, incoming: leg(nothing, 'anonymous') }).caller).toBeNull();
  });
});

describe('VOX-131 where a call was before', () => {
  test('History-Info without this line goes before Diversion; what cannot be read is left out', () => {
    const diversion = [{ uri: 'sip:22@pbx' }, { uri: 'sip:21@pbx' }];
    expect(stationsOf({ ...nothing, diversion }, location)).toEqual([
      '+49301234521',
      '+49301234522',
    ]);
    const historyInfo = [
      { uri: 'sip:15@pbx', index: '1' },
      { uri: 'not a uri', index: '1.1' },
      { uri: 'sip:20@pbx', index: '1.1.1' },
    ];
    expect(stationsOf({ ...nothing, diversion, historyInfo }, location)).toEqual(['+49301234515']);
    expect(stationsOf(nothing, location)).toEqual([]);
  });
});
