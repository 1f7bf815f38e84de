import { limitReason } from '@trunkline/contracts/call-limits.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { describe, expect, test } from 'vitest';
import { explainSip, sipCodes } from './sip-explanations.ts';
import { callEnded, callStarted, recorded, type Told } from './testing/recorded.ts';
import { verdictOf } from './verdict.ts';
import { verdictCodes, verdictWords } from './verdict-texts.ts';

const anna = newId('user');
const answered: Told = ['call.answered', { userId: anna, deviceId: null }];
const ringing: Told = ['call.ringing', { userId: anna, devices: 2 }];
const media = (
  state: 'agreed' | 'silent' | 'lost' | 'restored',
  side: 'rtp' | 'webrtc' = 'rtp',
): Told => ['call.media', { state, side, codec: null, encrypted: null, address: null }];
const quality = (mos: number | null, final = true): Told => [
  'call.quality',
  {
    side: 'rtp',
    final,
    quality: {
      codec: 'PCMA',
      encrypted: false,
      lossPercent: 12.34,
      jitterMs: 45.6,
      roundTripMs: null,
      mos,
    },
  },
];
const forwarded = (state: 'tried' | 'accepted' | 'failed', sipCode: number | null = null): Told => [
  'call.forwarded',
  { reason: 'no_answer', method: 'new_call', userId: anna, target: '+49301', state, sipCode },
];
const transferred = (
  state: 'tried' | 'accepted' | 'failed',
  by: 'local' | 'remote' = 'local',
): Told => [
  'call.transferred',
  {
    by,
    kind: 'blind',
    method: 'refer',
    userId: anna,
    target: '+49301',
    state,
    sipCode: null,
    otherCallId: null,
  },
];
const held = (on: boolean): Told => ['call.held', { by: 'remote', held: on }];
const outgoing = callStarted({ direction: 'outgoing', lineNumber: '21' });
const incoming = callStarted();
const normal = callEnded('normal', { durationMs: 61_400 });

describe('verdictOf', () => {
  test.each<[string, Told[], string, string]>([
    ['a call under way', [incoming, ringing], 'in_progress', 'ok'],
    ['a normal call', [outgoing, answered, normal], 'answered', 'ok'],
    ['a cancelled call', [outgoing, callEnded('cancelled', { sipCode: 487 })], 'cancelled', 'ok'],
    ['nobody answered', [incoming, ringing, callEnded('cancelled')], 'missed', 'notice'],
    ['nothing rang', [incoming, callEnded('cancelled')], 'missed_silently', 'notice'],
    [
      'nobody signed in',
      [incoming, callEnded('not_signed_in', { sipCode: 486 })],
      'not_signed_in',
      'notice',
    ],
    [
      'do not disturb',
      [incoming, callEnded('do_not_disturb', { sipCode: 486 })],
      'do_not_disturb',
      'notice',
    ],
    [
      'rejected',
      [incoming, ringing, callEnded('rejected', { sipCode: 486 })],
      'rejected',
      'notice',
    ],
    [
      'answered elsewhere',
      [incoming, ringing, callEnded('answered_elsewhere')],
      'answered_elsewhere',
      'ok',
    ],
    [
      'given up while it rang where it was forwarded',
      [incoming, forwarded('tried'), callEnded('cancelled'), forwarded('failed', 487)],
      'missed',
      'notice',
    ],
    ['forwarded', [incoming, forwarded('tried'), forwarded('accepted'), normal], 'forwarded', 'ok'],
    [
      'a forwarding that failed',
      [incoming, forwarded('failed', 404), callEnded('failed')],
      'forward_failed',
      'warning',
    ],
    [
      'forwarded in vain, then answered',
      [incoming, forwarded('failed'), answered, normal],
      'answered',
      'ok',
    ],
    [
      'picked up',
      [incoming, ['call.picked_up', { userId: anna, from: [anna] }], normal],
      'picked_up',
      'ok',
    ],
    [
      'transferred',
      [incoming, answered, transferred('tried'), transferred('accepted'), normal],
      'transferred',
      'ok',
    ],
    [
      'a transfer that failed',
      [incoming, answered, transferred('failed'), normal],
      'transfer_failed',
      'warning',
    ],
    [
      'sent to somebody else by the PBX',
      [incoming, answered, transferred('accepted', 'remote'), normal],
      'answered',
      'ok',
    ],
    [
      'silence of one side',
      [incoming, answered, media('silent'), normal],
      'one_way_audio',
      'warning',
    ],
    [
      'silence that ended',
      [incoming, answered, media('silent'), media('restored'), normal],
      'answered',
      'ok',
    ],
    [
      'audio of a browser that hangs up',
      [incoming, answered, media('lost', 'webrtc'), callEnded('normal', { by: 'local' })],
      'answered',
      'ok',
    ],
    [
      'audio of a browser lost long before it hangs up',
      [
        incoming,
        answered,
        media('lost', 'webrtc'),
        ringing,
        ringing,
        callEnded('normal', { by: 'local' }),
      ],
      'one_way_audio',
      'warning',
    ],
    [
      'audio of a browser lost before the other side hangs up',
      [incoming, answered, media('lost', 'webrtc'), callEnded('normal', { by: 'remote' })],
      'one_way_audio',
      'warning',
    ],
    [
      'silence of a PBX that holds',
      [incoming, answered, held(true), media('silent'), held(false), normal],
      'answered',
      'ok',
    ],
    [
      'silence after somebody held',
      [incoming, answered, held(true), held(false), media('silent'), normal],
      'one_way_audio',
      'warning',
    ],
    [
      'audio of a browser that has given the call away',
      [outgoing, answered, transferred('accepted'), media('lost', 'webrtc'), normal],
      'transferred',
      'ok',
    ],
    ['poor quality', [incoming, answered, quality(2.4), normal], 'poor_quality', 'warning'],
    [
      'poor quality of a talk too short to tell',
      [incoming, answered, quality(2.4), callEnded('normal', { durationMs: 4_000 })],
      'answered',
      'ok',
    ],
    ['good quality', [incoming, answered, quality(4.3), normal], 'answered', 'ok'],
    [
      'poor for a moment',
      [incoming, answered, quality(2, false), quality(4.2), normal],
      'answered',
      'ok',
    ],
    [
      'dropped with a code',
      [incoming, answered, callEnded('failed', { sipCode: 408 })],
      'dropped_sip',
      'warning',
    ],
    ['dropped', [incoming, answered, callEnded('failed')], 'dropped', 'warning'],
    ['no ACK', [incoming, answered, callEnded('no_ack', { by: 'system' })], 'no_ack', 'error'],
    [
      'node lost',
      [incoming, answered, callEnded('node_lost', { by: 'system' })],
      'node_lost',
      'error',
    ],
    ['client lost', [incoming, answered, callEnded('client_lost')], 'client_lost', 'warning'],
    [
      'no encryption',
      [incoming, callEnded('srtp_refused', { sipCode: 488 })],
      'srtp_refused',
      'error',
    ],
    ['no media', [outgoing, callEnded('media_failed')], 'media_failed', 'error'],
    [
      'an emergency call',
      [callStarted({ direction: 'outgoing', emergency: true }), answered, normal],
      'emergency',
      'notice',
    ],
    [
      'an emergency call in vain',
      [
        callStarted({ direction: 'outgoing', emergency: true }),
        callEnded('failed', { sipCode: 503 }),
      ],
      'emergency_failed',
      'error',
    ],
    [
      'fraud',
      [
        outgoing,
        ['limit.hit', { reason: 'country', userId: anna, lineId: null, destination: '882' }],
        callEnded('failed'),
      ],
      'limit_country',
      'warning',
    ],
    [
      'no answer of the PBX',
      [outgoing, callEnded('failed', { by: 'system', text: 'timeout' })],
      'failed_because',
      'error',
    ],
    ['a loop', [incoming, callEnded('loop', { by: 'system', sipCode: 482 })], 'loop', 'error'],
    [
      'minutes abroad used up',
      [outgoing, answered, callEnded('foreign_minutes', { by: 'system' })],
      'foreign_minutes',
      'warning',
    ],
    ['sent on at once', [incoming, callEnded('forwarded')], 'forwarded', 'ok'],
    ['handed over', [incoming, answered, callEnded('transferred')], 'transferred', 'ok'],
    ['a start that is lost', [callEnded('normal')], 'failed', 'error'],
  ])('%s', (_name, told, code, severity) => {
    const events = recorded(told);
    expect(verdictOf(events)).toMatchObject({ code, severity });
    expect(verdictOf([...events.toReversed(), ...events])).toEqual(verdictOf(events));
  });

  test.each(sipCodes)('LIN-096 the PBX answers an outgoing call with %i', (sipCode) => {
    const cause = sipCode === 487 ? 'failed' : 'rejected';
    const verdict = verdictOf(recorded([outgoing, callEnded(cause, { sipCode })]));
    expect(verdict).toMatchObject({ code: `sip_${sipCode}`, params: { line: '21' } });
    for (const language of ['de', 'en'] as const) {
      const { text } = verdictWords(verdict, language);
      expect(text).toContain(`${sipCode} ${explainSip(sipCode).phrase}`);
      expect(text).not.toMatch(/\{|\?/);
    }
  });

  test('the worked example: 403 names the line and the likely reason', () => {
    const told = [outgoing, callEnded('rejected', { sipCode: 403, text: 'Forbidden' })];
    expect(verdictWords(verdictOf(recorded(told)), 'en')).toEqual({
      text: 'The telephone system answered 403 Forbidden: wrong password for line 21, or the line may not call this destination.',
      remedy: 'Check the credentials and the class of service of the line at the telephone system.',
    });
  });

  test('LIN-096 a code nobody knows keeps its number and the phrase that was received', () => {
    const told = [outgoing, callEnded('failed', { sipCode: 499, text: 'Gone fishing' })];
    expect(verdictWords(verdictOf(recorded(told)), 'de').text).toMatch(/499 Gone fishing/);
  });

  test('figures stand in the words', () => {
    const words = verdictWords(
      verdictOf(recorded([incoming, answered, quality(2.41), normal])),
      'en',
    );
    expect(words.text).toBe(
      'Poor audio quality: MOS 2.4, 12.3 % of packets lost, 46 ms of jitter.',
    );
    expect(verdictWords(verdictOf(recorded([outgoing, answered, normal])), 'en').text).toContain(
      '1:01',
    );
  });
});

describe('the words', () => {
  test('every limit has some', () => {
    for (const reason of limitReason.options) expect(verdictCodes).toContain(`limit_${reason}`);
  });
  test.each(verdictCodes)('%s: both languages, the same parameters', (code) => {
    const params = new Proxy({}, { get: (_target, name) => `<${String(name)}>` });
    const used = (['de', 'en'] as const).map((language) => {
      const { text, remedy } = verdictWords({ code, params }, language);
      expect(text).toMatch(/[.]$/);
      return [...`${text}${remedy ?? ''}`.matchAll(/<\w+>/g)].map(String).sort();
    });
    expect(used[0]).toEqual(used[1]);
  });
  test('a code of a newer node is shown as it is', () => {
    expect(verdictWords({ code: 'new_thing', params: {} }, 'en')).toEqual({
      text: 'new_thing',
      remedy: null,
    });
  });
});
