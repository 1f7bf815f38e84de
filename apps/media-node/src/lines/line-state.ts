import type { LineState } from '@trunkline/contracts/lines.ts';
import { cleanLine } from '@trunkline/contracts/text.ts';
import type { RegistrationStatus } from './registrar.ts';

/** What the reason says of the line itself. */
export interface LineName {
  /** What an admin calls the line, for example `21`. */
  name: string;
  hasPassword: boolean;
}

/** UTF-16 units of a reason, as the contract has it. */
const maxText = 300;
/**
 * PBXs and name servers word reasons, tenants choose the names in them. Longer ones would be refused by
 * the edge and the control plane, with everything else this node says.
 */
const reasonText = (text: string): string => cleanLine(text.slice(0, maxText));

/** A line nobody has tried to open yet. */
export function uninitialised(now: Date): LineState {
  return {
    state: 'uninitialised',
    reason: { category: 'none', sipCode: null, text: 'waiting to register' },
    since: now.toISOString(),
    nextAttemptAt: null,
  };
}

/** A line whose secret or group cannot be used. */
export function misconfigured(text: string, now: Date): LineState {
  return {
    state: 'failed',
    reason: { category: 'config', sipCode: null, text: reasonText(text) },
    since: now.toISOString(),
    nextAttemptAt: null,
  };
}

/**
 * The line state that follows from a registration's status, with the reason in words
 * (LIN-018, LIN-019, LIN-096). `since` stays while state and reason stay.
 */
export function lineStateOf(
  status: RegistrationStatus,
  line: LineName,
  previous: LineState,
  now: Date,
): LineState {
  const next: LineState =
    status.kind !== 'failed'
      ? {
          state: 'open',
          reason: { category: 'none', sipCode: null, text: 'line functional' },
          since: now.toISOString(),
          nextAttemptAt: null,
        }
      : {
          state: 'failed',
          reason: fitting(reasonOf(status, line)),
          since: now.toISOString(),
          nextAttemptAt: new Date(now.getTime() + status.retryMs).toISOString(),
        };
  const same =
    next.state === previous.state &&
    next.reason.category === previous.reason.category &&
    next.reason.text === previous.reason.text;
  return same ? { ...next, since: previous.since } : next;
}

function fitting({ text, ...reason }: LineState['reason']): LineState['reason'] {
  return { ...reason, text: reasonText(text) };
}

function reasonOf(
  status: Extract<RegistrationStatus, { kind: 'failed' }>,
  { name: lineName, hasPassword }: LineName,
): LineState['reason'] {
  const { cause, sipCode, reason } = status;
  const communication = (text: string) => ({ category: 'communication', sipCode, text }) as const;
  if (cause === 'dns') return communication(`name of the registrar not found: ${reason}`);
  if (cause === 'unreachable' || sipCode === null)
    return communication(`PBX not reachable: ${reason}`);
  const answered = `PBX answered ${sipCode} ${reason}`.trim().slice(0, 200);
  switch (sipCode) {
    case 401:
    case 403:
    case 407:
      return {
        category: 'login',
        sipCode,
        text: hasPassword
          ? `${answered}: wrong password for line ${lineName}`
          : `${answered}: a password is asked for and line ${lineName} has none`,
      };
    case 404:
    case 410:
    case 604:
      return { category: 'login', sipCode, text: `${answered}: line ${lineName} is unknown there` };
    case 402:
      return { category: 'licence', sipCode, text: answered };
    case 408:
    case 504:
      return communication(answered);
    case 423:
      return { category: 'config', sipCode, text: `${answered}: registration interval too short` };
    default:
      return { category: 'pbx', sipCode, text: answered };
  }
}
