import type { CallFunction } from '@trunkline/contracts/call-functions.ts';
import type { CallCommandType } from '@trunkline/contracts/calls.ts';

/** What a call is to the user who looks at it. */
export const callSituations = [
  /** Own call, the far end has not answered. */
  'calling',
  /** Rings at the user. */
  'ringing',
  'talking',
  /** We hold the other side. */
  'held',
  /** A transfer of it is under way. */
  'transferring',
  'ended',
] as const;
export type CallSituation = (typeof callSituations)[number];

/** What a situation permits by itself, before the group's switches. */
export const permittedFunctions: Readonly<Record<CallSituation, readonly CallFunction[]>> = {
  calling: ['hang_up', 'dtmf'],
  ringing: ['answer', 'reject', 'redirect'],
  talking: [
    'hang_up',
    'hold',
    'consult',
    'toggle',
    'blind_transfer',
    'attended_transfer',
    'dtmf',
    'move',
  ],
  held: ['hang_up', 'hold', 'consult', 'toggle', 'blind_transfer', 'attended_transfer', 'move'],
  transferring: ['hang_up'],
  ended: [],
};

/** An emergency call is not given away. */
const emergencyFunctions: readonly CallFunction[] = ['hang_up', 'dtmf', 'move'];
/** Functions that need a second call of the same user. */
const needOther: readonly CallFunction[] = ['toggle', 'attended_transfer'];

/**
 * What may be done with a call now: what its situation permits and the group has on (LIN-026).
 * An emergency call keeps its functions whatever the group says (catalogue decision 6).
 */
export function functionsNow(o: {
  situation: CallSituation;
  /** Functions that are on for the line's group. */
  on: readonly CallFunction[];
  emergency: boolean;
  /** The user has another call that can be switched to or joined with this one. */
  hasOther: boolean;
}): CallFunction[] {
  const permitted = permittedFunctions[o.situation];
  if (o.emergency) return permitted.filter((name) => emergencyFunctions.includes(name));
  return permitted.filter(
    (name) => o.on.includes(name) && (o.hasOther || !needOther.includes(name)),
  );
}

/** The switch that decides whether a command may be used at all. */
export const functionOfCommand: Readonly<Record<CallCommandType, CallFunction>> = {
  'call.dial': 'dial',
  'call.feature': 'dial',
  'call.answer': 'answer',
  'call.reject': 'reject',
  'call.hangup': 'hang_up',
  'call.hold': 'hold',
  'call.resume': 'hold',
  'call.transfer': 'blind_transfer',
  'call.connect': 'attended_transfer',
  'call.redirect': 'redirect',
  'call.pickup': 'pick_up',
  'call.move': 'move',
  'call.dtmf': 'dtmf',
};
