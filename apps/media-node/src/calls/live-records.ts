import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import { type CallId, idSchema } from '@trunkline/contracts/ids.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { DialogSnapshot } from '@trunkline/sip/dialog/dialog.ts';
import type { EarlyOrphan } from '@trunkline/sip/endpoint/early-orphan.ts';
import { z } from 'zod';
import { openFolder, readIfThere, removeFile, replaceFile } from '../durable-file.ts';
import type { Scheduler } from '../scheduler.ts';
import { dialogSnapshot } from '../sip/dialog-snapshot.ts';

const earlyOrphan = z.object({
  message: z.string().max(100_000),
  transport: z.enum(['udp', 'tcp']),
  address: z.string().max(64),
  port: z.number().int(),
}) satisfies z.ZodType<EarlyOrphan>;

const liveRecord = z.object({
  callId: idSchema('call'),
  tenantId: idSchema('tenant'),
  lineId: idSchema('line'),
  bootEpoch: z.number().int(),
  /** Monotonic milliseconds of that boot when the call was answered. */
  answeredMs: z.number().nullable(),
  /** The PBX leg's dialog, once it stands. */
  dialog: dialogSnapshot.nullable(),
  /** Dialog of the far leg of a forwarded or transferred call. */
  far: dialogSnapshot.nullable().default(null),
  /** What ends the legs that are not answered yet. */
  early: z.array(earlyOrphan).max(4).default([]),
});
export type LiveRecord = z.infer<typeof liveRecord>;

const lifeSign = z.object({ bootEpoch: z.number().int(), monotonicMs: z.number() });
export type LifeSign = z.infer<typeof lifeSign>;

/** Events that come when a leg was placed, rings, or was answered. */
const legEvents: ReadonlySet<string> = new Set([
  'call.ringing',
  'call.answered',
  'call.forwarded',
  'call.transferred',
]);
const extension = '.json';
const lifeSignFile = 'alive';
const lifeSignMs = 1000;

export interface LiveRecordsOptions {
  folder: string;
  bootEpoch: number;
  time: Clock & Scheduler;
  logger: Logger;
}

/** The legs of a call that stand. */
interface Standing {
  near?: DialogSnapshot;
  far?: DialogSnapshot;
  answeredMs: number;
}

/**
 * What a restarted node must know of the calls that were up when it died: one small file a live
 * call, written when the call's start is on disk and removed when its end is. Beside it a sign of
 * life each second bounds how much talk time a crash can lose.
 */
export class LiveRecords {
  /** Records of earlier starts: their calls are lost. */
  readonly left: readonly LiveRecord[];
  /** Last sign of life of an earlier start. */
  readonly lastSign: LifeSign | null;
  private readonly options: LiveRecordsOptions;
  private readonly live = new Map<CallId, LiveRecord>();
  /** Tells what ends a live call's unanswered legs. */
  orphansOf: (callId: CallId) => EarlyOrphan[] = () => [];
  private readonly dialogs = new Map<CallId, Standing>();
  private turn: Promise<void> = Promise.resolve();
  private cancelSign: (() => void) | undefined;

  private constructor(
    options: LiveRecordsOptions,
    left: readonly LiveRecord[],
    lastSign: LifeSign | null,
  ) {
    this.options = options;
    this.left = left;
    this.lastSign = lastSign;
  }

  static async open(options: LiveRecordsOptions): Promise<LiveRecords> {
    const left: LiveRecord[] = [];
    for (const name of await openFolder(options.folder, extension)) {
      const path = join(options.folder, name);
      const parsed = parseJson(liveRecord, await readIfThere(path));
      if (parsed) left.push(parsed);
      else await removeFile(path);
    }
    const sign = parseJson(lifeSign, await readIfThere(join(options.folder, lifeSignFile)));
    return new LiveRecords(options, left, sign);
  }

  /** Keeps the dialog of a leg that was just answered, for the call's next record. */
  confirm(callId: CallId, role: 'near' | 'far', dialog: DialogSnapshot): void {
    const standing = this.dialogs.get(callId);
    this.dialogs.set(callId, {
      answeredMs: this.options.time.monotonic(),
      ...standing,
      [role]: dialog,
    });
    // Such a leg stands after the call's own answer was recorded.
    if (role === 'far' || standing) this.rewrite(callId);
  }

  /** The leg of one call became the far leg of another (attended transfer). */
  adopt(from: CallId, to: CallId): void {
    const dialog = this.dialogs.get(from)?.near;
    this.dialogs.delete(from);
    if (dialog) this.confirm(to, 'far', dialog);
  }

  /** The far leg took the place of the near one, or a new one does. */
  replaceNear(callId: CallId): void {
    const standing = this.dialogs.get(callId);
    if (!standing) return;
    const { far, answeredMs } = standing;
    this.dialogs.set(callId, far ? { answeredMs, near: far } : { answeredMs });
    const record = this.live.get(callId);
    if (record) this.live.set(callId, { ...record, dialog: null, far: null });
    this.rewrite(callId);
  }

  /** What ends a leg is known now, or has changed: its INVITE was sent again with credentials. */
  renew(callId: CallId): void {
    this.rewrite(callId);
  }

  /** A record on disk gets what is known now. */
  private rewrite(callId: CallId): void {
    const record = this.live.get(callId);
    if (!record) return;
    this.write(this.standing(record)).catch((error: unknown) => {
      this.options.logger.warn({ call: callId, err: error }, 'call record could not be written');
    });
  }

  private standing(record: LiveRecord): LiveRecord {
    const early = this.orphansOf(record.callId);
    const standing = this.dialogs.get(record.callId);
    if (!standing) return { ...record, early };
    return {
      ...record,
      answeredMs: standing.answeredMs,
      dialog: standing.near ?? record.dialog,
      far: standing.far ?? record.far,
      early,
    };
  }

  /** Follows the events that reached the disk (`EventSpool.onDurable`). */
  async follow(events: readonly EventEnvelope[]): Promise<void> {
    for (const event of events) {
      const { call } = event;
      if (call === null) continue;
      if (event.type === 'call.started')
        await this.write({
          callId: call,
          tenantId: event.tenant,
          lineId: event.data.lineId,
          bootEpoch: event.bootEpoch,
          answeredMs: null,
          dialog: null,
          far: null,
          early: this.orphansOf(call),
        });
      if (legEvents.has(event.type)) {
        const record = this.live.get(call);
        if (record) await this.write(this.standing(record));
      }
      if (event.type === 'call.ended') await this.remove(call);
    }
  }

  /** Removes the records of earlier starts, after their calls' ends are on disk. */
  async forgetLeft(): Promise<void> {
    for (const { callId } of this.left) await removeFile(this.pathOf(callId));
  }

  close(): void {
    this.cancelSign?.();
    this.cancelSign = undefined;
  }

  private write(record: LiveRecord): Promise<void> {
    const { callId } = record;
    this.live.set(callId, record);
    return this.inTurn(async () => {
      // Replaced or removed meanwhile: what is newer counts.
      if (this.live.get(callId) !== record) return;
      await replaceFile(this.pathOf(callId), JSON.stringify(record));
      this.keepSigning();
    });
  }

  private remove(callId: CallId): Promise<void> {
    this.live.delete(callId);
    this.dialogs.delete(callId);
    return this.inTurn(() => removeFile(this.pathOf(callId)));
  }

  /** The events' writes and those of legs in between must not meet in one file. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private pathOf(callId: CallId): string {
    return join(this.options.folder, `${callId}${extension}`);
  }

  private keepSigning(): void {
    if (this.cancelSign) return;
    const sign = () => {
      this.cancelSign = undefined;
      if (this.live.size === 0) return;
      this.cancelSign = this.options.time.after(lifeSignMs, sign);
      // In turn: on a slow disk one sign would take the next one's new file away.
      this.inTurn(() => this.writeSign()).catch((error: unknown) => {
        this.options.logger.warn({ err: error }, 'sign of life could not be written');
      });
    };
    this.cancelSign = this.options.time.after(lifeSignMs, sign);
  }

  /** No fsync: it outlives the process, and after a power cut an older one does no harm. */
  private async writeSign(): Promise<void> {
    const path = join(this.options.folder, lifeSignFile);
    const sign: LifeSign = {
      bootEpoch: this.options.bootEpoch,
      monotonicMs: Math.round(this.options.time.monotonic()),
    };
    await writeFile(`${path}.new`, JSON.stringify(sign), { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}

function parseJson<S extends z.ZodType>(schema: S, text: string | null): z.output<S> | null {
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // Cut off by a crash: the spool still knows of the call.
    return null;
  }
}
