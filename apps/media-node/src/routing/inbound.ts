import type { LineGroupId, LineId } from '@trunkline/contracts/ids.ts';
import { interpretReported } from '@trunkline/numbers/reported.ts';
import type { LineEntry } from '../config/tenant-model.ts';

/** What of an INVITE decides whose it is. */
export interface InboundFacts {
  /** User part of the Request-URI: our Contact, when the PBX follows RFC 3261. */
  requestUser: string;
  /** User part of To, for PBXs that put their own number into the Request-URI. */
  toUser: string;
  /** User part of P-Called-Party-ID (RFC 7315 §4.2); null without one. */
  calledPartyUser: string | null;
  sourcePort: number;
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
 *
 * A line with a registration of its own is found by its Contact, or by its user name; a line of a
 * trunk by the called number, which the group tells where to read (open point 13). Several PBXs may
 * stand behind one address: their port tells them apart, else what two lines could mean is nobody's.
 *
 * @param lines of every tenant
 * @param groups whose PBX the INVITE may come from (LIN-079)
 * @param isOpen whether a line is registered: by its name or number alone only such a line is found,
 *   so that nobody takes part who merely claims the same PBX without knowing the password
 */
export function routeInbound(
  facts: InboundFacts,
  lines: readonly LineEntry[],
  groups: ReadonlySet<LineGroupId>,
  isOpen: (lineId: LineId) => boolean,
): InboundDecision {
  const fromPbx = lines.filter((entry) => groups.has(entry.group.id));
  if (fromPbx.length === 0) return { ok: false, status: 403 };

  const byContact = fromPbx.find((entry) => contactUserOf(entry) === facts.requestUser);
  if (byContact?.group.kind === 'registration') return { ok: true, entry: byContact };

  // A fixed-IP trunk is told by its peer's address: there is nothing to be registered.
  const open = fromPbx.filter(
    (entry) => entry.group.kind === 'trunk_static' || isOpen(entry.line.id),
  );
  const atPort = ({ group }: LineEntry) => group.registrarPort === facts.sourcePort;
  // A fixed-IP trunk's PBX may send from any port; its address is of one tenant only.
  const candidates = open.some(atPort)
    ? open.filter((entry) => atPort(entry) || entry.group.kind === 'trunk_static')
    : open;
  for (const user of [facts.requestUser, facts.toUser]) {
    const named = candidates.filter(
      ({ group, line }) => group.kind === 'registration' && line.userName === user,
    );
    const [only, second] = named;
    if (only && !second) return { ok: true, entry: only };
  }
  const trunks = candidates.filter(
    ({ group }) =>
      group.kind !== 'registration' &&
      // Who knows the Contact got it by a REGISTER: no other trunk that claims this PBX takes part.
      (byContact === undefined || group.id === byContact.group.id),
  );
  const found = [...Map.groupBy(trunks, ({ group }) => group.id).values()].flatMap(
    (ofGroup) => lineOfTrunk(facts, ofGroup) ?? [],
  );
  // A password proves more than an address somebody listed.
  const proven = found.filter(({ group }) => group.kind === 'trunk_registered');
  const [only, second] = proven.length > 0 ? proven : found;
  return only && !second ? { ok: true, entry: only } : { ok: false, status: 404 };
}

/** The line of one trunk an INVITE is for. */
function lineOfTrunk(facts: InboundFacts, ofGroup: readonly LineEntry[]): LineEntry | undefined {
  const [first] = ofGroup;
  if (!first) return undefined;
  const { requestUser, toUser, calledPartyUser } = facts;
  const stated = {
    request_uri: requestUser,
    to: toUser,
    p_called_party_id: calledPartyUser ?? requestUser,
  }[first.group.calledNumberFrom];
  const contact = ofGroup.find((entry) => contactUserOf(entry) === requestUser);
  if (first.group.calledNumberFrom !== 'request_uri' || contact === undefined)
    return byNumber(stated, ofGroup);
  // The PBX called the registered Contact as it is: the number stands elsewhere, if anywhere.
  return (
    (calledPartyUser === null ? undefined : byNumber(calledPartyUser, ofGroup)) ??
    byNumber(toUser, ofGroup) ??
    contact
  );
}

/** A line by its number as the PBX writes it; of parallel phones the one without suffix (LIN-013). */
function byNumber(called: string, ofGroup: readonly LineEntry[]): LineEntry | undefined {
  const matching = ofGroup.filter(({ line, location, number }) => {
    if (line.userName === called || line.number === called) return true;
    const reported = interpretReported({ raw: called, kind: 'in', location }).number;
    return reported !== '' && number === `${reported}${line.suffix}`;
  });
  return matching.find(({ line }) => line.suffix === '') ?? matching[0];
}
