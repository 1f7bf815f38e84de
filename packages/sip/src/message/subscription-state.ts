import { isToken } from './chars.ts';
import { parseDeltaSeconds } from './contact.ts';
import { parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';

/** State of a subscription as told by its notifier (RFC 6665 §4.1.3, §8.2.3). */
export interface SubscriptionState {
  /** `active`, `pending`, `terminated`, or an extension; lower case. */
  state: string;
  /** Why it is terminated: `deactivated`, `noresource`, `timeout` …; lower case, `''` when untold. */
  reason: string;
  /** Seconds left. */
  expires: number | undefined;
  /** Seconds to wait before subscribing anew. */
  retryAfter: number | undefined;
}

/**
 * Reads a Subscription-State value.
 *
 * @throws ParseError
 */
export function parseSubscriptionState(value: string): SubscriptionState {
  const semi = value.indexOf(';');
  const state = (semi < 0 ? value : value.slice(0, semi)).trim();
  if (!isToken(state)) {
    throw new ParseError('header-value', 'Malformed Subscription-State header field');
  }
  const params = parseParams(value, semi < 0 ? value.length : semi, 'Subscription-State');
  return {
    state: state.toLowerCase(),
    reason: (params.get('reason') ?? '').toLowerCase(),
    expires: parseDeltaSeconds(params.get('expires')),
    retryAfter: parseDeltaSeconds(params.get('retry-after')),
  };
}

/** The value of a Subscription-State header. */
export function formatSubscriptionState(value: {
  state: string;
  reason?: string;
  expires?: number;
  retryAfter?: number;
}): string {
  let out = value.state;
  if (value.reason !== undefined && value.reason !== '') out += `;reason=${value.reason}`;
  if (value.expires !== undefined) out += `;expires=${value.expires}`;
  if (value.retryAfter !== undefined) out += `;retry-after=${value.retryAfter}`;
  return out;
}
