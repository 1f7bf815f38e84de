/**
 * The four transaction machines once more, read from the prose of RFC 3261 §17 and RFC 6026 §7 and
 * written event by event, with the timers that may run in each state. Tests hold the tables against
 * it; it shares nothing with them.
 */

export type MachineKind =
  | 'INVITE client'
  | 'non-INVITE client'
  | 'INVITE server'
  | 'non-INVITE server';

/** What can be seen from outside when an event is taken. */
export type Output = 'transmit' | 'acknowledge' | 'deliver' | 'timeout' | 'transport';

export interface Expected {
  next: string;
  outputs: Output[];
}

export const INITIAL: Readonly<Record<MachineKind, string>> = {
  'INVITE client': 'calling',
  'non-INVITE client': 'trying',
  'INVITE server': 'proceeding',
  'non-INVITE server': 'trying',
};

/** Timers that run in a state over UDP; the first state of a client has them once it began. */
export const RUNNING: Readonly<Record<MachineKind, Readonly<Record<string, string>>>> = {
  'INVITE client': { calling: 'AB', proceeding: '', accepted: 'M', completed: 'D', terminated: '' },
  'non-INVITE client': { trying: 'EF', proceeding: 'EF', completed: 'K', terminated: '' },
  'INVITE server': {
    proceeding: '',
    accepted: 'L',
    completed: 'GH',
    confirmed: 'I',
    terminated: '',
  },
  'non-INVITE server': { trying: '', proceeding: '', completed: 'J', terminated: '' },
};

export const EVENTS: Readonly<Record<MachineKind, readonly string[]>> = {
  'INVITE client': [
    'begin',
    '1xx',
    '2xx',
    '3xx-6xx',
    'timerA',
    'timerB',
    'timerD',
    'timerM',
    'transportError',
  ],
  'non-INVITE client': [
    'begin',
    '1xx',
    '2xx',
    '3xx-6xx',
    'timerE',
    'timerF',
    'timerK',
    'transportError',
  ],
  'INVITE server': [
    'request',
    'ack',
    'send1xx',
    'send2xx',
    'send3xx-6xx',
    'timerG',
    'timerH',
    'timerI',
    'timerL',
    'transportError',
  ],
  'non-INVITE server': ['request', 'send1xx', 'send2xx', 'send3xx-6xx', 'timerJ', 'transportError'],
};

/** What the RFCs say happens; undefined when the event means nothing in that state. */
export function expected(kind: MachineKind, state: string, event: string): Expected | undefined {
  const is = (...states: string[]) => states.includes(state);
  const go = (next: string, ...outputs: Output[]): Expected => ({ next, outputs });
  switch (kind) {
    case 'INVITE client':
      return inviteClient(state, event, is, go);
    case 'non-INVITE client':
      return nonInviteClient(state, event, is, go);
    case 'INVITE server':
      return inviteServer(state, event, is, go);
    case 'non-INVITE server':
      return nonInviteServer(state, event, is, go);
  }
}

type Is = (...states: string[]) => boolean;
type Go = (next: string, ...outputs: Output[]) => Expected;

function inviteClient(state: string, event: string, is: Is, go: Go): Expected | undefined {
  switch (event) {
    case 'begin':
    case 'timerA':
      return is('calling') ? go('calling', 'transmit') : undefined;
    case 'timerB':
      return is('calling') ? go('terminated', 'timeout') : undefined;
    case '1xx':
      return is('calling', 'proceeding') ? go('proceeding', 'deliver') : undefined;
    case '2xx':
      return is('calling', 'proceeding', 'accepted') ? go('accepted', 'deliver') : undefined;
    case '3xx-6xx':
      if (is('calling', 'proceeding')) return go('completed', 'acknowledge', 'deliver');
      return is('completed') ? go('completed', 'acknowledge') : undefined;
    case 'timerD':
      return is('completed') ? go('terminated') : undefined;
    case 'timerM':
      return is('accepted') ? go('terminated') : undefined;
    default:
      // A failed send concerns the INVITE (calling, proceeding) or the ACK (completed).
      return is('terminated', 'accepted') || state === ''
        ? undefined
        : go('terminated', 'transport');
  }
}

function nonInviteClient(state: string, event: string, is: Is, go: Go): Expected | undefined {
  const waiting = is('trying', 'proceeding');
  switch (event) {
    case 'begin':
      return is('trying') ? go('trying', 'transmit') : undefined;
    case 'timerE':
      return waiting ? go(state, 'transmit') : undefined;
    case 'timerF':
      return waiting ? go('terminated', 'timeout') : undefined;
    case '1xx':
      return waiting ? go('proceeding', 'deliver') : undefined;
    case '2xx':
    case '3xx-6xx':
      return waiting ? go('completed', 'deliver') : undefined;
    case 'timerK':
      return is('completed') ? go('terminated') : undefined;
    default:
      return waiting ? go('terminated', 'transport') : undefined;
  }
}

function inviteServer(state: string, event: string, is: Is, go: Go): Expected | undefined {
  switch (event) {
    case 'request':
      // The last response again; after a 2xx, and once acknowledged, repeats are only absorbed.
      if (is('proceeding', 'completed')) return go(state, 'transmit');
      return is('accepted', 'confirmed') ? go(state) : undefined;
    case 'ack':
      if (is('accepted')) return go('accepted', 'deliver');
      return is('completed', 'confirmed') ? go('confirmed') : undefined;
    case 'send1xx':
      return is('proceeding') ? go('proceeding', 'transmit') : undefined;
    case 'send2xx':
      return is('proceeding', 'accepted') ? go('accepted', 'transmit') : undefined;
    case 'send3xx-6xx':
      return is('proceeding') ? go('completed', 'transmit') : undefined;
    case 'timerG':
      return is('completed') ? go('completed', 'transmit') : undefined;
    case 'timerH':
      return is('completed') ? go('terminated', 'timeout') : undefined;
    case 'timerI':
      return is('confirmed') ? go('terminated') : undefined;
    case 'timerL':
      return is('accepted') ? go('terminated') : undefined;
    default:
      if (is('accepted')) return go('accepted', 'transport');
      return is('proceeding', 'completed') ? go('terminated', 'transport') : undefined;
  }
}

function nonInviteServer(state: string, event: string, is: Is, go: Go): Expected | undefined {
  const open = is('trying', 'proceeding');
  switch (event) {
    case 'request':
      if (is('trying')) return go('trying');
      return is('proceeding', 'completed') ? go(state, 'transmit') : undefined;
    case 'send1xx':
      return open ? go('proceeding', 'transmit') : undefined;
    case 'send2xx':
    case 'send3xx-6xx':
      return open ? go('completed', 'transmit') : undefined;
    case 'timerJ':
      return is('completed') ? go('terminated') : undefined;
    default:
      return is('proceeding', 'completed') ? go('terminated', 'transport') : undefined;
  }
}
