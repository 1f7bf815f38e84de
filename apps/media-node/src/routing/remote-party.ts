import type { RemoteParty } from '@trunkline/contracts/calls.ts';
import { cleanLine } from '@trunkline/contracts/text.ts';
import { displayNumber } from '@trunkline/numbers/display.ts';
import { interpretReported } from '@trunkline/numbers/reported.ts';
import type { LocationConfig, TenantModel } from '../config/tenant-model.ts';

const withheldUsers = new Set(['', 'anonymous', 'unavailable', 'restricted', 'unknown']);

/** Who calls, from what the PBX reports. The directory's name goes before the reported one. */
export function reportedParty(
  tenant: TenantModel,
  location: LocationConfig,
  reported: { user: string; displayName: string | null },
): RemoteParty {
  const reportedName = cleanLine((reported.displayName ?? '').slice(0, 200)) || null;
  if (withheldUsers.has(reported.user.toLowerCase()))
    return { number: null, display: '', name: reportedName, userId: null };
  const { number } = interpretReported({ raw: reported.user, kind: 'in', location });
  // A name instead of a number (SIP users need no digits) is shown as it came.
  if (number === '')
    return {
      number: null,
      display: cleanLine(reported.user.slice(0, 64)),
      name: reportedName,
      userId: null,
    };
  const party = partyOf(tenant, location, number);
  // Many PBXs repeat the number as display name.
  const isName = reportedName !== null && reportedName !== reported.user;
  return { ...party, name: party.name ?? (isName ? reportedName : null) };
}

/** Who has a supercanonical number, as shown at a location. */
export function partyOf(
  tenant: TenantModel,
  location: LocationConfig,
  number: string,
): RemoteParty {
  const person = tenant.personOf(number);
  return {
    number,
    display: displayNumber(number, location),
    name: person?.displayName ?? null,
    userId: person?.userId ?? null,
  };
}
