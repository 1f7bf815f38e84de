import type {
  EventEnvelope,
  NodeEventData,
  NodeEventType,
} from '@trunkline/contracts/call-events.ts';
import { type CallId, newId } from '@trunkline/contracts/ids.ts';

/** One event of a call: its type and data. */
export type Told = { [T in NodeEventType]: [T, NodeEventData<T>] }[NodeEventType];

/** Events of one call one second apart, from 09:00:00. */
export function recorded(list: readonly Told[], call: CallId = newId('call')): EventEnvelope[] {
  const [tenant, node] = [newId('tenant'), newId('mediaNode')];
  return list.map(
    ([type, data], index) =>
      ({
        id: newId('event'),
        tenant,
        call,
        node,
        bootEpoch: 1,
        seq: index + 1,
        schema: 1,
        type,
        data,
        occurredAt: new Date(Date.parse('2026-11-23T09:00:00Z') + index * 1000).toISOString(),
      }) as EventEnvelope,
  );
}

/** The start of a call; incoming on line 20 unless told otherwise. */
export function callStarted(over: Partial<NodeEventData<'call.started'>> = {}): Told {
  return [
    'call.started',
    {
      direction: 'incoming',
      lineId: newId('line'),
      lineGroupId: newId('lineGroup'),
      lineNumber: '20',
      localNumber: '+49301234520',
      userIds: [newId('user')],
      remote: {
        number: '+491711234567',
        display: '+49 171 1234567',
        name: 'Arthur Dent',
        userId: null,
      },
      dialled: null,
      emergency: false,
      private: false,
      journal: true,
      sipCallId: 'x',
      diversions: [],
      ...over,
    },
  ];
}

/** The end of a call. */
export function callEnded(cause: string, over: Partial<NodeEventData<'call.ended'>> = {}): Told {
  return ['call.ended', { by: 'remote', cause, sipCode: null, text: '', durationMs: 0, ...over }];
}
