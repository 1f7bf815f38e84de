import {
  type NodeEventData,
  type NodeEventType,
  nodeEvents,
} from '@trunkline/contracts/call-events.ts';

const hidden = '…';

/** What is left of an event of a private call, by type; types not named here tell nobody apart. */
const masks: { [T in NodeEventType]?: (data: NodeEventData<T>) => NodeEventData<T> } = {
  'call.started': (data) => ({
    ...data,
    remote: { number: null, display: '', name: null, userId: null },
    dialled: null,
    diversions: [],
  }),
  'call.route': (data) => ({ ...data, detail: '', target: null, trace: [] }),
  'call.forwarded': (data) => ({ ...data, target: hidden }),
  'call.transferred': (data) => ({ ...data, target: hidden, otherCallId: null }),
  'limit.hit': (data) => ({ ...data, destination: null }),
  // A request line holds the address that is called; a status line holds none.
  'sip.message': (data) => ({
    ...data,
    startLine: data.startLine.startsWith('SIP/2.0')
      ? data.startLine
      : `${data.startLine.split(' ')[0]} ${hidden} SIP/2.0`,
  }),
};

/**
 * An event of a private call as an admin may read it: neither number nor name of the other side
 * (LIN-010). Of what this version does not know nothing is left.
 */
export function maskPrivateEvent(type: string, data: unknown): unknown {
  if (!(type in nodeEvents)) return {};
  const known = type as NodeEventType;
  const parsed = nodeEvents[known].safeParse(data);
  if (!parsed.success) return {};
  const mask = masks[known] as ((data: unknown) => unknown) | undefined;
  return mask ? mask(parsed.data) : parsed.data;
}
