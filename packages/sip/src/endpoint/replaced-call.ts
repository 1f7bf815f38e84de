import { dialogKey } from '../dialog/dialog.ts';
import type { Replaces } from '../message/replaces.ts';
import type { Core } from './core.ts';
import { IncomingCall } from './incoming-call.ts';
import { InviteUsage } from './invite-usage.ts';
import type { OutgoingCall } from './outgoing-call.ts';

/** The call a Replaces means, or the status its INVITE is to be refused with. */
export type ReplacedCall = { call: OutgoingCall | IncomingCall } | { status: 481 | 486 | 603 };

/**
 * Finds the call an INVITE with Replaces takes the place of (RFC 3891 §3): 481 when there is none or it
 * is an early one somebody else placed, 486 when it was to be early but is answered, 603 when it has
 * just ended.
 */
export function findReplacedCall(core: Core, replaces: Replaces): ReplacedCall {
  const { callId, earlyOnly } = replaces;
  // A tag of 0 stands for none as well: RFC 2543 peers send no tags (§3).
  const options = [
    dialogKey(callId, replaces.toTag, replaces.fromTag),
    dialogKey(callId, replaces.toTag, replaces.fromTag === '0' ? '' : replaces.fromTag),
  ];
  for (const key of options) {
    const usage = core.dialogs.get(key);
    if (!(usage instanceof InviteUsage) || usage.call === undefined) continue;
    if (usage.over) return { status: 603 };
    const { call } = usage;
    if (usage.dialog.state === 'confirmed') return earlyOnly ? { status: 486 } : { call };
    return call instanceof IncomingCall ? { status: 481 } : { call };
  }
  return { status: options.some((key) => core.recent.has(key)) ? 603 : 481 };
}
