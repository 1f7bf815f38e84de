import { type MachineTable, start, transmit, unreachable } from './machine.ts';

export type NonInviteServerState = 'trying' | 'proceeding' | 'completed' | 'terminated';

export type NonInviteServerEvent =
  | 'request'
  | 'send1xx'
  | 'send2xx'
  | 'send3xx-6xx'
  | 'timerJ'
  | 'transportError';

const final = { actions: [transmit, start('J')], next: 'completed' } as const;
const lost = { actions: [unreachable], next: 'terminated' } as const;

/** Non-INVITE server transaction: RFC 3261 §17.2.2, figure 8. */
export const NON_INVITE_SERVER: MachineTable<NonInviteServerState, NonInviteServerEvent> = {
  trying: {
    request: { actions: [], next: 'trying' },
    send1xx: { actions: [transmit], next: 'proceeding' },
    send2xx: final,
    'send3xx-6xx': final,
  },
  proceeding: {
    request: { actions: [transmit], next: 'proceeding' },
    send1xx: { actions: [transmit], next: 'proceeding' },
    send2xx: final,
    'send3xx-6xx': final,
    transportError: lost,
  },
  completed: {
    request: { actions: [transmit], next: 'completed' },
    timerJ: { actions: [], next: 'terminated' },
    transportError: lost,
  },
  terminated: {},
};
