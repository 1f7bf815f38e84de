/**
 * The life of a call as data: state × input → next state and what to do. An input a state does
 * not name changes nothing there; `transition` tells so. The *near* leg is the first one to the
 * PBX, the *far* leg one made for forwarding or transfer.
 */

/**
 * `placing`, `farRinging` are outgoing, `offering` … `deflecting` incoming; from `talking` on it
 * does not matter.
 */
export const callPhases = [
  'placing',
  'farRinging',
  'offering',
  'ringing',
  'unattended',
  'answering',
  /** A forwarding target is being called; the caller waits. */
  'forwarding',
  /** The target answered, the caller's ACK is awaited. */
  'bridging',
  /** Answered to be transferred at once (LIN-069). */
  'deflecting',
  'talking',
  /** The PBX was asked to transfer the call (REFER). */
  'referring',
  /** The target of a transfer is being called, the user may still take the call back. */
  'consulting',
  /** As `consulting`, but the user has left. */
  'handedOver',
  /** The target of a transfer answered; the other party's audio is being moved to it. */
  'joining',
  /** Two PBX legs talk to each other over this node. */
  'joined',
  /** The PBX asked us to call somebody else (REFER); the call that is to replace still stands. */
  'following',
  /** As `following`, but the PBX has ended the old call. */
  'followingOn',
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
  /** The group's answer is final: nobody is there, or the line is on do-not-disturb. */
  'nobodyRefuse',
  /** The group's answer is 180. */
  'nobodyKeep',
  /** A device takes the call. */
  'userAnswers',
  /** The answering device's media could not be set up. */
  'answerFailed',
  /** The last user rejected, and the PBX is to hear it. */
  'rejected',
  /** The last user rejected, and the PBX is to go on ringing. */
  'rejectedKeep',
  /** The caller is sent elsewhere by 302. */
  'redirected',
  /** A forwarding target is called by a leg of its own. */
  'forwardTried',
  /** The call is answered to be transferred by REFER. */
  'deflected',
  /** A transfer by REFER begins. */
  'transferReferred',
  /** The PBX reports how the call it placed ended up. */
  'referDone',
  'referFailed',
  /** A transfer by a call of our own begins. */
  'transferCalled',
  /** The other call of an attended transfer is there to be joined at once. */
  'transferJoined',
  'farProgress',
  'farAnswered',
  'farFailed',
  /** BYE of the far leg. */
  'farEnded',
  /** The target of a transfer did not answer in time (VOX-128). */
  'recallTimeout',
  /** The PBX did not take the other party's audio to the target. */
  'joinRefused',
  /** A REFER of the PBX is followed: the target is being called. */
  'referTaken',
  /** Another call of the PBX took the place of the one we placed (Replaces). */
  'replaced',
  /** The leg of this call went to another one (attended transfer). */
  'absorbed',
  'userHangsUp',
  /** The browser is gone and its grace is over. */
  'clientLost',
  /** Media could not be set up, stayed away too long, or the engine failed. */
  'mediaFailed',
  /** Nobody answered within the bound. */
  'ringTimeout',
  /** The longest life of a call is over, or a limit of the tenant is reached. */
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
  'redirectPbx',
  'referPbx',
  'answerFromFar',
  'cancelFar',
  'byeFar',
  'moveNear',
  'takeFar',
  'leaveNear',
  'stopRinging',
  'releaseUser',
  'noteRinging',
  'noteAnswered',
  'noteJoined',
  'noteReturned',
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
  replaced: { to: 'talking', act: ['noteAnswered'] },
  // Its leg rings on as the far leg of another call.
  absorbed: gone(),
  userHangsUp: gone('cancelPbx'),
  clientLost: gone('cancelPbx'),
  mediaFailed: gone('cancelPbx'),
  ringTimeout: gone('cancelPbx'),
  shutdown: gone('cancelPbx'),
};

/** What may happen to an incoming call nobody took yet. */
const untaken: Row = {
  userAnswers: { to: 'answering', act: [] },
  redirected: gone('redirectPbx'),
  forwardTried: { to: 'forwarding', act: ['stopRinging'] },
  deflected: { to: 'deflecting', act: ['stopRinging'] },
  nobodyRefuse: gone('refusePbx'),
  pbxCancelled: gone(),
  pbxEnded: gone(),
  ringTimeout: gone('refusePbx'),
  shutdown: gone('refusePbx'),
};

/** What ends a standing call with a user, whatever else goes on. */
const withUser: Row = {
  pbxEnded: gone(),
  userHangsUp: gone('byePbx'),
  clientLost: gone('byePbx'),
  mediaFailed: gone('byePbx'),
  tooLong: gone('byePbx'),
  shutdown: gone('byePbx'),
};

/** What ends a call whose far leg is still being called. */
const withFar: Row = {
  pbxEnded: gone('cancelFar'),
  mediaFailed: gone('cancelFar', 'byePbx'),
  tooLong: gone('cancelFar', 'byePbx'),
  shutdown: gone('cancelFar', 'byePbx'),
  farProgress: { to: 'handedOver', act: [] },
  farAnswered: { to: 'joined', act: ['moveNear', 'noteJoined'] },
};

const backToUser: Transition = { to: 'talking', act: ['noteReturned'] };

export const callTable: Readonly<Record<CallPhase, Row>> = {
  placing: { ...unanswered, pbxProgress: { to: 'farRinging', act: ['noteRinging'] } },
  farRinging: unanswered,
  offering: {
    ...untaken,
    devicesRing: { to: 'ringing', act: ['ringPbx', 'noteRinging'] },
    nobodyKeep: { to: 'unattended', act: ['ringPbx'] },
    rejected: gone('refusePbx'),
    rejectedKeep: { to: 'unattended', act: ['ringPbx'] },
  },
  ringing: {
    ...untaken,
    nobodyKeep: { to: 'unattended', act: [] },
    rejected: gone('refusePbx'),
    rejectedKeep: { to: 'unattended', act: [] },
  },
  unattended: { ...untaken, devicesRing: { to: 'ringing', act: ['noteRinging'] } },
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
  forwarding: {
    farProgress: { to: 'forwarding', act: ['ringPbx'] },
    farAnswered: { to: 'bridging', act: ['answerFromFar'] },
    farFailed: gone('refusePbx'),
    farEnded: gone('refusePbx'),
    pbxCancelled: gone('cancelFar'),
    pbxEnded: gone('cancelFar'),
    mediaFailed: gone('cancelFar', 'refusePbx'),
    ringTimeout: gone('cancelFar', 'refusePbx'),
    shutdown: gone('cancelFar', 'refusePbx'),
  },
  bridging: {
    pbxConfirmed: { to: 'joined', act: ['noteJoined'] },
    pbxUnconfirmed: gone('byeFar', 'byePbx'),
    pbxCancelled: gone('byeFar'),
    pbxEnded: gone('byeFar'),
    farEnded: gone('refusePbx', 'byePbx'),
    mediaFailed: gone('refusePbx', 'byePbx', 'byeFar'),
    shutdown: gone('refusePbx', 'byePbx', 'byeFar'),
  },
  deflecting: {
    pbxConfirmed: { to: 'deflecting', act: ['referPbx'] },
    pbxUnconfirmed: gone('byePbx'),
    pbxCancelled: gone(),
    pbxEnded: gone(),
    referDone: gone('byePbx'),
    referFailed: gone('byePbx'),
    mediaFailed: gone('refusePbx', 'byePbx'),
    ringTimeout: gone('refusePbx', 'byePbx'),
    shutdown: gone('refusePbx', 'byePbx'),
  },
  talking: {
    ...withUser,
    transferReferred: { to: 'referring', act: [] },
    transferCalled: { to: 'consulting', act: [] },
    transferJoined: { to: 'joined', act: ['noteJoined'] },
    referTaken: { to: 'following', act: [] },
    absorbed: gone(),
  },
  referring: {
    ...withUser,
    referDone: gone('byePbx'),
    referFailed: backToUser,
  },
  consulting: {
    ...withFar,
    farProgress: { to: 'consulting', act: [] },
    farAnswered: { to: 'joining', act: ['moveNear'] },
    farFailed: backToUser,
    farEnded: backToUser,
    recallTimeout: { to: 'talking', act: ['cancelFar', 'noteReturned'] },
    // The user has left it to the target; nobody must lose the call by hanging up too early.
    userHangsUp: { to: 'handedOver', act: ['releaseUser'] },
    clientLost: { to: 'handedOver', act: ['releaseUser'] },
  },
  handedOver: {
    ...withFar,
    farFailed: gone('byePbx'),
    farEnded: gone('byePbx'),
    recallTimeout: gone('cancelFar', 'byePbx'),
  },
  joining: {
    transferJoined: { to: 'joined', act: ['noteJoined'] },
    joinRefused: { to: 'talking', act: ['byeFar', 'noteReturned'] },
    farEnded: backToUser,
    pbxEnded: gone('byeFar'),
    // Who hangs up now has given the call away.
    userHangsUp: { to: 'joined', act: ['noteJoined'] },
    clientLost: { to: 'joined', act: ['noteJoined'] },
    mediaFailed: gone('byePbx', 'byeFar'),
    tooLong: gone('byePbx', 'byeFar'),
    shutdown: gone('byePbx', 'byeFar'),
  },
  following: {
    pbxEnded: { to: 'followingOn', act: ['leaveNear'] },
    farProgress: { to: 'following', act: [] },
    farAnswered: { to: 'talking', act: ['takeFar'] },
    farFailed: backToUser,
    farEnded: backToUser,
    recallTimeout: { to: 'talking', act: ['cancelFar', 'noteReturned'] },
    userHangsUp: gone('cancelFar', 'byePbx'),
    clientLost: gone('cancelFar', 'byePbx'),
    mediaFailed: gone('cancelFar', 'byePbx'),
    tooLong: gone('cancelFar', 'byePbx'),
    shutdown: gone('cancelFar', 'byePbx'),
  },
  followingOn: {
    farProgress: { to: 'followingOn', act: [] },
    farAnswered: { to: 'talking', act: ['takeFar'] },
    farFailed: gone(),
    farEnded: gone(),
    recallTimeout: gone('cancelFar'),
    userHangsUp: gone('cancelFar'),
    clientLost: gone('cancelFar'),
    mediaFailed: gone('cancelFar'),
    tooLong: gone('cancelFar'),
    shutdown: gone('cancelFar'),
  },
  joined: {
    joinRefused: gone('byePbx', 'byeFar'),
    pbxEnded: gone('byeFar'),
    farEnded: gone('byePbx'),
    mediaFailed: gone('byePbx', 'byeFar'),
    tooLong: gone('byePbx', 'byeFar'),
    shutdown: gone('byePbx', 'byeFar'),
  },
  ended: {
    // The 200 that crossed our CANCEL on the wire (RFC 3261 §9.1): the call stands, so end it.
    pbxAnswered: { to: 'ended', act: ['byePbx'] },
    // The ACK that came after we had given up: only now may a BYE go out (RFC 3261 §15).
    pbxConfirmed: { to: 'ended', act: ['byePbx'] },
    farAnswered: { to: 'ended', act: ['byeFar'] },
  },
};

/** The transition of a state on an input; undefined when the input means nothing there. */
export function transition(phase: CallPhase, input: CallInput): Transition | undefined {
  return callTable[phase][input];
}
