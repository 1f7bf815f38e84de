/** Starts the media engine the settings name: the embedded one, or rtpengine. */
import type { MediaEngine } from '@trunkline/media/engine.ts';
import { type EnginePoolSettings, startEnginePool } from '@trunkline/media/node/engine-pool.ts';
import type { NgAddress } from '@trunkline/media/node/rtpengine/ng-client.ts';
import { startRtpengineEngine } from '@trunkline/media/node/rtpengine/rtpengine-engine.ts';

/** Daemons to use in place of the embedded engine. */
export interface RtpengineHosts {
  hosts: NgAddress[];
  /** Where keys are told. */
  dtmfLog?: NgAddress | undefined;
}

/** The engine of a node, with what its supervision asks. */
export interface NodeMediaEngine extends MediaEngine {
  /** Of the embedded engine: a process id, undefined while none runs. */
  readonly pid?: number | undefined;
}

export interface StartedMediaEngine {
  engine: NodeMediaEngine;
  /** Whether it can carry calls now. */
  isUp(): boolean;
}

/** Starts it. @throws MediaEngineError */
export async function startMediaEngine(
  settings: EnginePoolSettings,
  rtpengine: RtpengineHosts | undefined,
): Promise<StartedMediaEngine> {
  if (rtpengine === undefined) {
    const engine = await startEnginePool(settings);
    return { engine, isUp: () => engine.pid !== undefined };
  }
  const { hosts, dtmfLog } = rtpengine;
  const { maxBridges, silentAfterMs } = settings;
  const engine = await startRtpengineEngine({
    hosts,
    maxBridges,
    silentAfterMs,
    ...(dtmfLog === undefined ? {} : { dtmfLog }),
  });
  return { engine, isUp: () => engine.unreachable().length < hosts.length };
}
