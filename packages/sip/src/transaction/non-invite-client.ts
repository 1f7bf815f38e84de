import {
  again,
  deliver,
  type MachineTable,
  start,
  stop,
  timedOut,
  transmit,
  unreachable,
} from './machine.ts';

export type NonInviteClientState = 'trying' | 'proceeding' | 'completed' | 'terminated';

export type NonInviteClientEvent =
  | 'begin'
  | '1xx'
  | '2xx'
  | '3xx-6xx'
  | 'timerE'
  | 'timerF'
  | 'timerK'
  | 'transportError';

const final = { actions: [stop('E'), stop('F'), start('K'), deliver], next: 'completed' } as const;
const timeout = { actions: [timedOut], next: 'terminated' } as const;
const lost = { actions: [unreachable], next: 'terminated' } as const;

/** Non-INVITE client transaction: RFC 3261 §17.1.2, figure 6. */
export const NON_INVITE_CLIENT: MachineTable<NonInviteClientState, NonInviteClientEvent> = {
  trying: {
    begin: { actions: [transmit, start('E'), start('F')], next: 'trying' },
    timerE: { actions: [transmit, again('E')], next: 'trying' },
    timerF: timeout,
    '1xx': { actions: [deliver], next: 'proceeding' },
    '2xx': final,
    '3xx-6xx': final,
    transportError: lost,
  },
  proceeding: {
    timerE: { actions: [transmit, again('E', 't2')], next: 'proceeding' },
    timerF: timeout,
    '1xx': { actions: [deliver], next: 'proceeding' },
    '2xx': final,
    '3xx-6xx': final,
    transportError: lost,
  },
  completed: {
    timerK: { actions: [], next: 'terminated' },
  },
  terminated: {},
};
