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

export type InviteServerState =
  | 'proceeding'
  | 'accepted'
  | 'completed'
  | 'confirmed'
  | 'terminated';

export type InviteServerEvent =
  | 'request'
  | 'ack'
  | 'send1xx'
  | 'send2xx'
  | 'send3xx-6xx'
  | 'timerG'
  | 'timerH'
  | 'timerI'
  | 'timerL'
  | 'transportError';

const lost = { actions: [unreachable], next: 'terminated' } as const;

/** INVITE server transaction: RFC 3261 §17.2.1, figure 7, as corrected by RFC 6026 §7.1. */
export const INVITE_SERVER: MachineTable<InviteServerState, InviteServerEvent> = {
  proceeding: {
    request: { actions: [transmit], next: 'proceeding' },
    send1xx: { actions: [transmit], next: 'proceeding' },
    send2xx: { actions: [transmit, start('L')], next: 'accepted' },
    'send3xx-6xx': { actions: [transmit, start('G'), start('H')], next: 'completed' },
    transportError: lost,
  },
  // Repeated INVITEs are absorbed; repeating the 2xx is the transaction user's task (§13.3.1.4).
  accepted: {
    request: { actions: [], next: 'accepted' },
    ack: { actions: [deliver], next: 'accepted' },
    send2xx: { actions: [transmit], next: 'accepted' },
    timerL: { actions: [], next: 'terminated' },
    // RFC 6026 §7.1: the user is told, but the state stays so that repeats are still absorbed.
    transportError: { actions: [unreachable], next: 'accepted' },
  },
  completed: {
    request: { actions: [transmit], next: 'completed' },
    timerG: { actions: [transmit, again('G')], next: 'completed' },
    timerH: { actions: [timedOut], next: 'terminated' },
    ack: { actions: [stop('G'), stop('H'), start('I')], next: 'confirmed' },
    transportError: lost,
  },
  confirmed: {
    request: { actions: [], next: 'confirmed' },
    ack: { actions: [], next: 'confirmed' },
    timerI: { actions: [], next: 'terminated' },
  },
  terminated: {},
};
