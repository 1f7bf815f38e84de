import type { Clock } from '@trunkline/platform/clock.ts';
import type { CommandOutcome } from './frames.ts';
import { getOrMake } from './get-or-make.ts';
import type { HubLimits } from './limits.ts';

interface Entry {
  outcome: Promise<CommandOutcome>;
  /** Set once the outcome is known. */
  doneAt: number | undefined;
  bytes: number;
}

/** Most bytes of results kept for one device. */
const bytesPerDevice = 256 * 1024;

/**
 * Makes commands idempotent: the same client-made id of the same device runs once, and every
 * repeat, also in another stream of the device, gets the same outcome.
 */
export interface CommandLedger {
  /** Runs `work`, unless this command was run before. Undefined when too many are under way. */
  run(
    device: string,
    commandId: string,
    work: () => Promise<CommandOutcome>,
  ): Promise<CommandOutcome> | undefined;
  /** Forgets outcomes whose time is over. */
  sweep(): void;
}

export function createCommandLedger(limits: HubLimits, clock: Clock): CommandLedger {
  const devices = new Map<string, Map<string, Entry>>();

  /** Forgets the oldest outcomes beyond the bounds; commands under way stay. */
  function trim(entries: Map<string, Entry>): void {
    let bytes = 0;
    for (const entry of entries.values()) bytes += entry.bytes;
    for (const [id, entry] of entries) {
      if (entries.size <= limits.resultsPerDevice && bytes <= bytesPerDevice) return;
      if (entry.doneAt === undefined) continue;
      entries.delete(id);
      bytes -= entry.bytes;
    }
  }

  return {
    run(device, commandId, work) {
      const entries = getOrMake(devices, device, () => new Map<string, Entry>());
      const known = entries.get(commandId);
      if (known) return known.outcome;
      let underWay = 0;
      for (const entry of entries.values()) if (entry.doneAt === undefined) underWay++;
      if (underWay >= limits.commandsInFlight) return undefined;
      const entry: Entry = { outcome: work(), doneAt: undefined, bytes: 0 };
      entries.set(commandId, entry);
      const settle = (bytes: number) => {
        entry.doneAt = clock.monotonic();
        entry.bytes = bytes;
        trim(entries);
      };
      entry.outcome.then(
        (outcome) => settle(outcome.ok ? JSON.stringify(outcome.data ?? null).length : 0),
        () => settle(0),
      );
      return entry.outcome;
    },
    sweep() {
      const before = clock.monotonic() - limits.resultKeepMs;
      for (const [device, entries] of devices) {
        for (const [id, entry] of entries)
          if (entry.doneAt !== undefined && entry.doneAt < before) entries.delete(id);
        if (entries.size === 0) devices.delete(device);
      }
    },
  };
}
