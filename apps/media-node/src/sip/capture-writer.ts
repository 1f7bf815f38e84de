import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import { maskSecrets } from '@trunkline/sip/capture/mask.ts';
import type { WireEvent } from '@trunkline/sip/endpoint/wire-event.ts';
import type { SipMessage } from '@trunkline/sip/message/message.ts';
import { escapeUser } from '@trunkline/sip/message/uri.ts';
import type { LineEntry, LineGroupConfig } from '../config/tenant-model.ts';

type Packet = NodeEventData<'capture.packet'>;
type Capture = NonNullable<LineGroupConfig['capture']>;

/** SIP dialogs a capture remembers as its own; the oldest is forgotten first. */
const maxDialogs = 5_000;
/** Larger ones are no SIP of ours: what goes over UDP is smaller (RFC 3261 §18.1.1). */
const maxPacketBytes = 65_535;

/** A capture under way: whose messages it takes, and how much of it there is. */
interface Running {
  readonly capture: Capture;
  readonly until: number;
  /** A line of the group, for addresses. */
  readonly entry: LineEntry;
  /** SIP users and numbers of the lines that are recorded. */
  readonly users: ReadonlySet<string>;
  readonly dialogs: Set<string>;
  bytes: number;
}

export interface CaptureWriterOptions {
  clock: Clock;
  /** Every line of this node; the same list until the configuration changes. */
  lines: () => readonly LineEntry[];
  /** Whether an address is one of the PBX of a line's group. */
  isPbxOf: (entry: LineEntry, event: WireEvent) => boolean;
  record: (entry: LineEntry, packet: Packet) => void;
}

/**
 * Records the SIP messages of line groups while a capture runs (LIN-097, LIN-098), with credentials
 * and keys masked. Tenants may share a PBX: a message counts as the group's only when it came from
 * or goes to the group's PBX and names one of its lines, or is of a dialog that did.
 */
export class CaptureWriter {
  private readonly options: CaptureWriterOptions;
  private lines: readonly LineEntry[] | undefined;
  private running: readonly Running[] = [];

  constructor(options: CaptureWriterOptions) {
    this.options = options;
  }

  /** Takes each message on the wire. */
  see(event: WireEvent): void {
    this.refresh();
    if (this.running.length === 0 || !event.message) return;
    const now = this.options.clock.now().getTime();
    for (const one of this.running) {
      if (one.until <= now || event.bytes.byteLength > maxPacketBytes) continue;
      if (!this.options.isPbxOf(one.entry, event) || !isOf(one, event.message)) continue;
      const bytes = maskSecrets(event.bytes);
      if (one.bytes + bytes.byteLength > one.capture.maxBytes) continue;
      one.bytes += bytes.byteLength;
      this.options.record(one.entry, {
        captureId: one.capture.id,
        direction: event.direction,
        transport: event.transport,
        local: event.local,
        remote: event.remote,
        bytes: Buffer.from(bytes).toString('base64'),
      });
    }
  }

  /** Takes up what the configuration in force says; captures that go on keep their count. */
  private refresh(): void {
    const lines = this.options.lines();
    if (this.lines === lines) return;
    this.lines = lines;
    const before = new Map(this.running.map((one) => [one.capture.id, one]));
    const byGroup = Map.groupBy(lines, ({ group }) => group.id);
    this.running = [...byGroup.values()].flatMap((entries) => {
      const [entry] = entries;
      const capture = entry?.group.capture;
      if (!entry || !capture) return [];
      const chosen = entries.filter(
        ({ line }) => capture.lineIds === null || capture.lineIds.includes(line.id),
      );
      const known = before.get(capture.id);
      return [
        {
          capture,
          entry,
          until: Date.parse(capture.until),
          users: new Set(chosen.flatMap(({ line }) => [escapeUser(line.userName), line.number])),
          dialogs: known?.dialogs ?? new Set<string>(),
          bytes: known?.bytes ?? 0,
        },
      ];
    });
  }
}

function isOf(one: Running, message: SipMessage): boolean {
  const callId = message.headers.get('call-id') ?? '';
  if (one.dialogs.has(callId)) return true;
  const uri = message.kind === 'request' ? message.uri : '';
  const named = [uri, message.headers.get('from') ?? '', message.headers.get('to') ?? ''];
  if (!named.some((text) => one.users.has(userOf(text)))) return false;
  const [oldest] = one.dialogs;
  if (one.dialogs.size >= maxDialogs && oldest !== undefined) one.dialogs.delete(oldest);
  one.dialogs.add(callId);
  return true;
}

function userOf(text: string): string {
  return /(?:sips?|tel):([^@;>]*)/i.exec(text)?.[1] ?? '';
}
