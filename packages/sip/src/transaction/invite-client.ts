import {
  acknowledge,
  again,
  deliver,
  type MachineTable,
  start,
  stop,
  timedOut,
  transmit,
  unreachable,
} from './machine.ts';

export type InviteClientState = 'calling' | 'proceeding' | 'accepted' | 'completed' | 'terminated';

export type InviteClientEvent =
  | 'begin'
  | '1xx'
  | '2xx'
  | '3xx-6xx'
  | 'timerA'
  | 'timerB'
  | 'timerD'
  | 'timerM'
  | 'transportError';

const rejected = {
  actions: [acknowledge, stop('A'), stop('B'), start('D'), deliver],
  next: 'completed',
} as const;
const accepted = {
  actions: [stop('A'), stop('B'), start('M'), deliver],
  next: 'accepted',
} as const;
const lost = { actions: [unreachable], next: 'terminated' } as const;

/** INVITE client transaction: RFC 3261 §17.1.1, figure 5, with the Accepted state of RFC 6026 §7.2. */
export const INVITE_CLIENT: MachineTable<InviteClientState, InviteClientEvent> = {
  calling: {
    begin: { actions: [transmit, start('A'), start('B')], next: 'calling' },
    timerA: { actions: [transmit, again('A')], next: 'calling' },
    timerB: { actions: [timedOut], next: 'terminated' },
    '1xx': { actions: [stop('A'), stop('B'), deliver], next: 'proceeding' },
    '2xx': accepted,
    '3xx-6xx': rejected,
    transportError: lost,
  },
  proceeding: {
    '1xx': { actions: [deliver], next: 'proceeding' },
    '2xx': accepted,
    '3xx-6xx': rejected,
    transportError: lost,
  },
  // Every repeat and every 2xx of another fork goes up: the transaction user sends the ACKs.
  accepted: {
    '2xx': { actions: [deliver], next: 'accepted' },
    timerM: { actions: [], next: 'terminated' },
  },
  completed: {
    '3xx-6xx': { actions: [acknowledge], next: 'completed' },
    timerD: { actions: [], next: 'terminated' },
    transportError: lost,
  },
  terminated: {},
};
