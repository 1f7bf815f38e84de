import type { Logger } from '@trunkline/platform/log.ts';
import { getManual } from '@trunkline/services/presence/get-manual.ts';
import { setManual } from '@trunkline/services/presence/set-manual.ts';
import type { HubStore } from './hub/ports.ts';
import type { VerbContext } from './routes/verb-context.ts';
import { withinTime } from './within-time.ts';

/** A sign-in does not wait longer for the database than this, milliseconds. */
const timeoutMs = 2_000;

/** What the hub keeps, through the verbs of packages/services. */
export function createHubStore(verbContext: VerbContext, logger: Logger): HubStore {
  return {
    getManual: (claims) => withinTime(getManual(verbContext(claims, { logger })), timeoutMs),
    setManual: (claims, input) =>
      withinTime(setManual(verbContext(claims, { logger }), input), timeoutMs),
  };
}
