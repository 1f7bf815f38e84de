/**
 * The life of a call as data: state × input → next state and what to do. An input a state does
 * not name changes nothing there; `transition` tells so.
 */

/** `placing` … `farRinging` are outgoing, `offering` … `answering` incoming, the rest both. */
export const callPhases = [
  'placing',
  'farRinging',
  'offering',
  'ringing',
  'unattended',
  'answering',
  'talking',
  'ended',
] as const;
export type CallPhase = (typeof callPhases)[number];

export const callInputs = [
  /** 180 or 183 of the PBX. */
  'pbxProgress',
  /** 2xx of the PBX to our INVITE. */
  'pbxAnswered',
  /** Final refusal of our INVITE, or none in time. */
  'pbxFailed',
  /** CANCEL of an incoming INVITE. */
  'pbxCancelled',
  /** ACK to our 200: the incoming call stands. */
  'pbxConfirmed',
  /** No ACK came to our 200. */
  'pbxUnconfirmed',
  /** BYE, or the dialog is gone. */
  'pbxEnded',
  /** At least one device of a user rings. */
  'devicesRing',
  /** Nobody is there and the group's answer is final. */
  'nobodyRefuse',
  /** Nobody is there and the group's answer is 180. */
  'nobodyKeep',
  /** A device takes the call. */
  'userAnswers',
  /** The answering device's media could not be set up. */
  'answerFailed',
  /** The last user rejected, and the PBX is to hear it. */
  'rejected',
  /** The last user rejected, and the PBX is to go on ringing. */
  'rejectedKeep',
  'userHangsUp',
  /** The browser is gone and its grace is over. */
  'clientLost',
  /** The browser never got its media connection up, or the engine failed. */
  'mediaFailed',
  /** Nobody answered within the bound. */
  'ringTimeout',
  /** The longest life of a call is over. */
  'tooLong',
  /** The node stops. */
  'shutdown',
] as const;
export type CallInput = (typeof callInputs)[number];

export const callActions = [
  'cancelPbx',
  'byePbx',
  'refusePbx',
  'ringPbx',
  'noteRinging',
  'noteAnswered',
  'finish',
] as const;
export type CallAction = (typeof callActions)[number];

export interface Transition {
  readonly to: CallPhase;
  readonly act: readonly CallAction[];
}
type Row = Partial<Record<CallInput, Transition>>;

const gone = (...act: CallAction[]): Transition => ({ to: 'ended', act: [...act, 'finish'] });

/** What ends an unanswered outgoing call: each way the PBX must hear CANCEL. */
const unanswered: Row = {
  pbxAnswered: { to: 'talking', act: ['noteAnswered'] },
  pbxFailed: gone(),
  pbxEnded: gone(),
  userHangsUp: gone('cancelPbx'),
  clientLost: gone('cancelPbx'),
  mediaFailed: gone('cancelPbx'),
  ringTimeout: gone('cancelPbx'),
  shutdown: gone('cancelPbx'),
};

/** What ends an incoming call nobody took yet. */
const untaken: Row = {
  userAnswers: { to: 'answering', act: [] },
  pbxCancelled: gone(),
  pbxEnded: gone(),
  ringTimeout: gone('refusePbx'),
  shutdown: gone('refusePbx'),
};

export const callTable: Readonly<Record<CallPhase, Row>> = {
  placing: { ...unanswered, pbxProgress: { to: 'farRinging', act: ['noteRinging'] } },
  farRinging: unanswered,
  offering: {
    ...untaken,
    devicesRing: { to: 'ringing', act: ['ringPbx', 'noteRinging'] },
    nobodyRefuse: gone('refusePbx'),
    nobodyKeep: { to: 'unattended', act: ['ringPbx'] },
    rejected: gone('refusePbx'),
    rejectedKeep: { to: 'unattended', act: ['ringPbx'] },
  },
  ringing: {
    ...untaken,
    rejected: gone('refusePbx'),
    rejectedKeep: { to: 'unattended', act: [] },
  },
  unattended: untaken,
  answering: {
    pbxConfirmed: { to: 'talking', act: ['noteAnswered'] },
    pbxUnconfirmed: gone('byePbx'),
    pbxCancelled: gone(),
    pbxEnded: gone(),
    // One device's unusable offer must not take the call from the others.
    answerFailed: { to: 'ringing', act: ['ringPbx'] },
    userHangsUp: gone('refusePbx', 'byePbx'),
    clientLost: gone('refusePbx', 'byePbx'),
    mediaFailed: gone('refusePbx', 'byePbx'),
    shutdown: gone('refusePbx', 'byePbx'),
  },
  talking: {
    pbxEnded: gone(),
    userHangsUp: gone('byePbx'),
    clientLost: gone('byePbx'),
    mediaFailed: gone('byePbx'),
    tooLong: gone('byePbx'),
    shutdown: gone('byePbx'),
  },
  ended: {
    // The 200 that crossed our CANCEL on the wire (RFC 3261 §9.1): the call stands, so end it.
    pbxAnswered: { to: 'ended', act: ['byePbx'] },
    // The ACK that came after we had given up: only now may a BYE go out (RFC 3261 §15).
    pbxConfirmed: { to: 'ended', act: ['byePbx'] },
  },
};

/** The transition of a state on an input; undefined when the input means nothing there. */
export function transition(phase: CallPhase, input: CallInput): Transition | undefined {
  return callTable[phase][input];
}
