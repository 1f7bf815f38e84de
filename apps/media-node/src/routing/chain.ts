import { interpretReported } from '@trunkline/numbers/reported.ts';
import { parseUri, userOf } from '@trunkline/sip/message/uri.ts';
import type { CallHistory } from '../calls/pbx.ts';
import type { LocationConfig } from '../config/tenant-model.ts';

/**
 * Stations a call was at before it came here, first one first, as far as the PBX tells: History-Info
 * without its last entry (that is this line), else Diversion. Supercanonical numbers.
 */
export function stationsOf(history: CallHistory, location: LocationConfig): string[] {
  const uris =
    history.historyInfo.length > 0
      ? history.historyInfo.slice(0, -1).map(({ uri }) => uri)
      : history.diversion.map(({ uri }) => uri).toReversed();
  return uris.flatMap((uri) => {
    const user = userPart(uri);
    if (user === '') return [];
    const { number } = interpretReported({ raw: user, kind: 'in', location });
    return [number === '' ? user : number];
  });
}

function userPart(uri: string): string {
  try {
    return userOf(parseUri(uri));
  } catch {
    // A station that cannot be read is none: it must not stop the call.
    return '';
  }
}
