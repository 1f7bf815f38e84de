import type { LineId } from '@trunkline/contracts/ids.ts';
import type { LineEntry } from '../config/tenant-model.ts';

/** What of an INVITE decides whose it is. */
export interface InboundFacts {
  /** User part of the Request-URI: our Contact, when the PBX follows RFC 3261. */
  requestUser: string;
  /** User part of To, for PBXs that put their own number into the Request-URI. */
  toUser: string;
  sourceAddress: string;
  sourcePort: number;
}

/** Where a line group's PBX may send from. */
export interface PbxAddress {
  address: string;
  port: number;
}

export type InboundDecision = { ok: true; entry: LineEntry } | { ok: false; status: 403 | 404 };

/**
 * The user part of a line's Contact: unique over all tenants, so that an INVITE to it needs no
 * guessing. The random part of the id, as ids may not be case-folded by a PBX anyway.
 */
export function contactUserOf(entry: LineEntry): string {
  return entry.line.id;
}

/**
 * Finds the line of an INVITE. Deny by default: only the PBX of the line's own group may call it.
 * @param addressesOf where the PBX of an entry's group may send from
 * @param isOpen whether a line is registered: by its user name alone only such a line is found, so
 *   that nobody takes part who merely claims the same PBX and user without knowing the password
 */
export function routeInbound(
  facts: InboundFacts,
  lines: readonly LineEntry[],
  addressesOf: (entry: LineEntry) => readonly PbxAddress[],
  isOpen: (lineId: LineId) => boolean,
): InboundDecision {
  const fromPbx = lines.filter((entry) =>
    addressesOf(entry).some((pbx) => pbx.address === facts.sourceAddress),
  );
  if (fromPbx.length === 0) return { ok: false, status: 403 };

  const byContact = fromPbx.find((entry) => contactUserOf(entry) === facts.requestUser);
  if (byContact) return { ok: true, entry: byContact };

  // Several PBXs may stand behind one address (NAT): their port tells them apart.
  const open = fromPbx.filter((entry) => isOpen(entry.line.id));
  const samePort = open.filter((entry) =>
    addressesOf(entry).some(
      (pbx) => pbx.address === facts.sourceAddress && pbx.port === facts.sourcePort,
    ),
  );
  for (const candidates of samePort.length > 0 ? [samePort] : [open])
    for (const user of [facts.requestUser, facts.toUser]) {
      const [only, second] = candidates.filter((entry) => entry.line.userName === user);
      if (only && !second) return { ok: true, entry: only };
    }
  return { ok: false, status: 404 };
}
