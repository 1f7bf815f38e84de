import type { MediaNodeId } from '@trunkline/contracts/ids.ts';
import type { NodeListeners } from '@trunkline/contracts/listeners.ts';
import { mediaNodes } from '@trunkline/database/control/regions.ts';
import { eq } from 'drizzle-orm';
import type { Platform } from '../core/context.ts';
import { guarded } from '../core/failures.ts';

/** Keeps where a media node listens, as it told when it dialled in. */
export async function storeListeners(
  platform: Pick<Platform, 'db'>,
  nodeId: MediaNodeId,
  listeners: NodeListeners,
): Promise<void> {
  await guarded(() =>
    platform.db.worker.update(mediaNodes).set({ listeners }).where(eq(mediaNodes.id, nodeId)),
  );
}
