import type { LocationId } from '@trunkline/contracts/ids.ts';
import type { ConfigWarning, LineGroup } from '@trunkline/contracts/lines.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import { lineNumber } from '@trunkline/numbers/display.ts';
import { fitsLocation, locationHolding } from '@trunkline/numbers/line-location.ts';

/** What of a group says where its lines are. */
export type PlacingGroup = Pick<LineGroup, 'locationMode'> & { readonly locationId: string };

export interface PlacedLine {
  readonly number: string;
  readonly suffix: string;
  readonly locationId: string | null;
}

/** Columns of a line that follow from the others. */
export interface Place {
  /** Null: the group's location. */
  readonly settledLocationId: string | null;
  readonly fullNumber: string;
}

/**
 * Where a line is and what number it has there (LIN-014, LIN-025): at the group's location, its own,
 * or the one its number identifies. Where nothing says it, the group's location stands in, so that
 * the line still dials by some rules.
 */
export function placeLine(
  line: PlacedLine,
  group: PlacingGroup,
  locations: readonly Location[],
): Place {
  const own = ownLocation(line, group, locations);
  const location = own ?? locations.find((one) => one.id === group.locationId);
  if (!location) throw new Error(`line group with the unknown location ${group.locationId}`);
  return {
    settledLocationId: own?.id ?? null,
    fullNumber: lineNumber(line.number, line.suffix, location),
  };
}

function ownLocation(
  line: PlacedLine,
  group: PlacingGroup,
  locations: readonly Location[],
): Location | null {
  if (group.locationMode === 'automatic') return locationHolding(line.number, locations);
  if (group.locationMode === 'group') return null;
  return locations.find((one) => one.id === line.locationId) ?? null;
}

/** What about a line's number and location is unlikely to be meant (LIN-025, LIN-054). */
export function placeWarnings(
  line: PlacedLine & Pick<Place, 'settledLocationId'>,
  group: PlacingGroup,
  locations: readonly Location[],
): ConfigWarning[] {
  const { settledLocationId } = line;
  if (group.locationMode !== 'group' && settledLocationId === null)
    return [{ code: 'no_location', pointer: '/locationId' }];
  const location = locations.find((one) => one.id === (settledLocationId ?? group.locationId));
  return location && !fitsLocation(line.number, location)
    ? [{ code: 'number_unfit', pointer: '/number' }]
    : [];
}

/** The location a line counts as being at. */
export const settledLocation = (
  line: Pick<Place, 'settledLocationId'>,
  group: PlacingGroup,
): LocationId => (line.settledLocationId ?? group.locationId) as LocationId;
