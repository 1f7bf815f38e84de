import type { SipResponse } from '../message/message.ts';
import type { NameAddr } from '../message/name-addr.ts';
import { ParseError } from '../message/parse-error.ts';
import { formatUri } from '../message/uri.ts';
import type { OutgoingInviteOptions } from './outgoing-invite.ts';

/** Targets taken from one response. */
const MAX_CONTACTS = 16;
/** Redirections followed for one call. */
const DEFAULT_LIMIT = 5;

/**
 * The targets a 3xx names, by falling `q` and else in their order (RFC 3261 §8.1.3.4). Contacts that
 * cannot be read are none.
 */
export function redirectContacts(response: SipResponse): NameAddr[] {
  try {
    const { contacts } = response;
    if (contacts === '*') return [];
    return contacts.slice(0, MAX_CONTACTS).sort((a, b) => weight(b) - weight(a));
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return [];
  }
}

function weight(contact: NameAddr): number {
  const q = Number(contact.params.get('q') ?? '1');
  return Number.isNaN(q) ? 1 : q;
}

/**
 * Follows redirections of one call: no target twice, and not more than `limit` of them, so that two
 * servers that point at each other end (RFC 3261 §8.1.3.4).
 *
 * @example
 * const trail = new RedirectTrail(options);
 * call.on('redirected', (contacts) => {
 *   const next = trail.follow(contacts);
 *   if (next !== undefined) place(next);
 * });
 */
export class RedirectTrail {
  private options: OutgoingInviteOptions;
  private readonly limit: number;
  private readonly seen: Set<string>;
  private readonly open: NameAddr[] = [];
  private followed = 0;

  constructor(options: OutgoingInviteOptions, limit = DEFAULT_LIMIT) {
    this.options = options;
    this.limit = limit;
    this.seen = new Set([options.requestUri]);
  }

  /**
   * Options for the next try, or undefined when there is none. Called with the contacts of a 3xx, or
   * with `[]` to try what an earlier one left over.
   *
   * @param keepProxy whether the new target is reached through the same outbound proxy; default true
   */
  follow(contacts: readonly NameAddr[], keepProxy = true): OutgoingInviteOptions | undefined {
    this.open.unshift(...contacts);
    this.open.length = Math.min(this.open.length, MAX_CONTACTS);
    if (this.followed >= this.limit) return undefined;
    for (let next = this.open.shift(); next !== undefined; next = this.open.shift()) {
      if (next.uri.kind === 'other') continue;
      // Header fields in a Contact are not taken over: who redirects has no say in ours.
      const uri = next.uri.kind === 'sip' ? { ...next.uri, headers: undefined } : next.uri;
      const requestUri = formatUri(uri);
      if (this.seen.has(requestUri)) continue;
      this.seen.add(requestUri);
      this.followed += 1;
      const { outboundProxy, ...rest } = this.options;
      const kept = keepProxy && outboundProxy !== undefined ? { outboundProxy } : {};
      this.options = { ...rest, ...kept, requestUri };
      return this.options;
    }
    return undefined;
  }
}
