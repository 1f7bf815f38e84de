import type { NodeEventData, NodeEventType } from '@trunkline/contracts/call-events.ts';
import type { TimelineEvent } from '@trunkline/contracts/call-records.ts';

/** Those who take part, from left to right: browser, media node, telephone system, second target. */
export const lanes = ['client', 'node', 'pbx', 'far'] as const;
export type Lane = (typeof lanes)[number];

/** How an event is to be looked at. */
export type Tone = 'plain' | 'good' | 'bad';

/** What a row says: words of SIP as they are, or a text with its values. */
export type RowText =
  | { readonly sip: string }
  | { readonly key: string; readonly values: Readonly<Record<string, string | number>> };

/** One row of the ladder: a message from one lane to another, or a note at one lane. */
export interface LadderRow {
  readonly id: string;
  readonly offsetMs: number;
  readonly from: Lane;
  /** The same as `from` for a note. */
  readonly to: Lane;
  readonly text: RowText;
  readonly tone: Tone;
}

type Shape = Omit<LadderRow, 'id' | 'offsetMs'>;
type Direction = NodeEventData<'call.started'>['direction'];
type Shapes = {
  [T in NodeEventType]?: (data: NodeEventData<T>, direction: Direction) => Shape | null;
};

const note = (
  at: Lane,
  key: string,
  values: Record<string, string | number> = {},
  tone: Tone = 'plain',
): Shape => ({ from: at, to: at, text: { key, values }, tone });
const message = (from: Lane, to: Lane, key: string, tone: Tone = 'plain'): Shape => ({
  from,
  to,
  text: { key, values: {} },
  tone,
});
const laneOfSide = { webrtc: 'client', rtp: 'pbx', far: 'far' } as const;
const toneOfState = { tried: 'plain', accepted: 'good', failed: 'bad' } as const;

/** Status lines from 400 on tell of a failure; 401 and 407 only ask for the password. */
function sipTone(startLine: string): Tone {
  const status = Number(/^SIP\/2\.0 ([1-6]\d\d)/.exec(startLine)?.[1] ?? 0);
  if (status === 401 || status === 407) return 'plain';
  if (status >= 400) return 'bad';
  return status >= 200 ? 'good' : 'plain';
}

const shapes: Shapes = {
  'call.started': (data) =>
    note('node', data.direction === 'incoming' ? 'startedIncoming' : 'startedOutgoing', {
      line: data.lineNumber,
    }),
  'call.route': ({ decision, detail }) => note('node', 'route', { decision, detail }),
  'call.ringing': ({ userId, devices }) =>
    userId === null
      ? message('pbx', 'node', 'farRings')
      : {
          ...message('node', 'client', devices === 1 ? 'ringsOne' : 'rings'),
          text: { key: devices === 1 ? 'ringsOne' : 'rings', values: { count: devices } },
        },
  'call.answered': (_data, direction) =>
    direction === 'outgoing'
      ? message('node', 'client', 'answeredFar', 'good')
      : message('client', 'node', 'answered', 'good'),
  'call.rejected': ({ variant }) => ({
    ...message('client', 'node', 'rejected'),
    text: { key: 'rejected', values: { variant } },
  }),
  'call.media': ({ state, side, codec, encrypted }) => {
    const at = laneOfSide[side];
    if (state === 'agreed')
      return note(at, 'mediaAgreed', {
        codec: codec ?? '?',
        encryption: encrypted ? 'encrypted' : 'notEncrypted',
      });
    if (state === 'connected') return note(at, 'mediaConnected', {}, 'good');
    if (state === 'restored') return note(at, 'mediaRestored', {}, 'good');
    return note(at, state === 'lost' ? 'mediaLost' : 'mediaSilent', {}, 'bad');
  },
  'call.quality': ({ side, quality }) =>
    quality.mos === null
      ? null
      : note(
          laneOfSide[side],
          'quality',
          { mos: quality.mos.toFixed(1), loss: quality.lossPercent.toFixed(1) },
          quality.mos < 3.6 ? 'bad' : 'plain',
        ),
  'call.held': ({ by, held }) =>
    message(
      by === 'local' ? 'client' : 'pbx',
      by === 'local' ? 'pbx' : 'client',
      held ? 'held' : 'resumed',
    ),
  'call.dtmf': ({ from, digits }) => ({
    ...message(from === 'local' ? 'client' : 'pbx', from === 'local' ? 'pbx' : 'client', 'keys'),
    text: { key: 'keys', values: { count: digits } },
  }),
  'call.forwarded': ({ state, target, reason }) =>
    note('node', `forwarded.${state}`, { target, reason }, toneOfState[state]),
  'call.transferred': ({ state, target }) =>
    note('node', `transferred.${state}`, { target }, toneOfState[state]),
  'call.picked_up': () => message('client', 'node', 'pickedUp', 'good'),
  'call.moved': () => message('client', 'node', 'moved', 'good'),
  'limit.hit': ({ reason }) => note('node', 'limit', { reason }, 'bad'),
  'call.ended': ({ by, cause, text }) => ({
    ...note(by === 'local' ? 'client' : by === 'remote' ? 'pbx' : 'node', 'ended', {
      cause,
      text,
    }),
    tone: cause === 'normal' ? 'good' : 'plain',
  }),
  'sip.message': ({ direction, startLine, leg }) => {
    const peer = leg === 'far' ? 'far' : 'pbx';
    return {
      from: direction === 'in' ? peer : 'node',
      to: direction === 'in' ? 'node' : peer,
      text: { sip: startLine },
      tone: sipTone(startLine),
    };
  },
};

/** The rows of a call's ladder diagram, in the order of its events, and the lanes they need. */
export function ladderOf(events: readonly TimelineEvent[]): { rows: LadderRow[]; lanes: Lane[] } {
  const started = events.find(({ type }) => type === 'call.started');
  const direction =
    (started?.data as NodeEventData<'call.started'> | undefined)?.direction ?? 'incoming';
  const rows = events.flatMap(({ id, offsetMs, type, data }): LadderRow[] => {
    // The service has checked each event against the schema of its type.
    const shape = (
      shapes as Record<string, ((data: unknown, direction: Direction) => Shape | null) | undefined>
    )[type];
    const made = shape ? shape(data, direction) : note('node', 'other', { type });
    return made ? [{ id, offsetMs, ...made }] : [];
  });
  const used = new Set<Lane>([
    'client',
    'node',
    'pbx',
    ...rows.flatMap(({ from, to }) => [from, to]),
  ]);
  return { rows, lanes: lanes.filter((lane) => used.has(lane)) };
}

/** `0.120`, `12.345`, `3:05.1`: seconds since the beginning. */
export function formatOffset(ms: number): string {
  const sign = ms < 0 ? '−' : '';
  const total = Math.abs(ms);
  const minutes = Math.floor(total / 60_000);
  const seconds = (total % 60_000) / 1_000;
  if (minutes === 0) return `${sign}${seconds.toFixed(3)}`;
  return `${sign}${minutes}:${seconds.toFixed(1).padStart(4, '0')}`;
}

/** A start line as it is read: what it is (`INVITE`, `407`) and the rest, without the version. */
export function startLineParts(startLine: string): { head: string; rest: string } {
  const [, code, phrase] = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/.exec(startLine) ?? [];
  if (code !== undefined) return { head: code, rest: phrase ?? '' };
  const [head = '', ...rest] = startLine.replace(/ SIP\/2\.0$/, '').split(' ');
  return { head, rest: rest.join(' ') };
}
