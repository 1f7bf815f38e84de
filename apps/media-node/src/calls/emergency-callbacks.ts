import type { LineId } from '@trunkline/contracts/ids.ts';
import type { Clock } from '@trunkline/platform/clock.ts';

/** The control centre may call back for this long (VOX-132). */
const windowMs = 30 * 60_000;
const maxLines = 10_000;

/** Lines an emergency call left from: for a while nothing may keep calls from ringing there. */
export class EmergencyCallbacks {
  private readonly clock: Clock;
  private readonly lines = new Map<LineId, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  note(lineId: LineId): void {
    this.lines.delete(lineId);
    const [oldest] = this.lines.keys();
    if (this.lines.size >= maxLines && oldest !== undefined) this.lines.delete(oldest);
    this.lines.set(lineId, this.clock.monotonic());
  }

  /** Whether calls to this line are neither forwarded nor refused. */
  expects(lineId: LineId): boolean {
    const at = this.lines.get(lineId);
    if (at === undefined) return false;
    if (this.clock.monotonic() - at < windowMs) return true;
    this.lines.delete(lineId);
    return false;
  }
}
