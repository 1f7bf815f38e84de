import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import { maxCaptureBytes } from '@trunkline/contracts/captures.ts';
import type { TenantId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { capturePackets, captures } from '@trunkline/database/tenant/diagnosis.ts';
import { fromBase64 } from '@trunkline/platform/bytes.ts';
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';

type Packet = EventEnvelope & { type: 'capture.packet' };

/**
 * Stores the SIP messages of captures (LIN-097), each once, up to the bound of bytes: what comes
 * after it is dropped and the capture marked full. Packets of a capture that is gone, and what no
 * file can hold, are dropped.
 * @returns how many were stored now
 */
export async function storePackets(
  tx: TenantTransaction,
  tenantId: TenantId,
  packets: readonly Packet[],
): Promise<number> {
  let stored = 0;
  // Always in the same order, so that two batches wait for each other instead of locking up.
  const byCapture = [...Map.groupBy(packets, (packet) => packet.data.captureId)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  for (const [captureId, list] of byCapture)
    stored += await storeInto(tx, tenantId, captureId, list);
  return stored;
}

async function storeInto(
  tx: TenantTransaction,
  tenantId: TenantId,
  captureId: string,
  list: readonly Packet[],
): Promise<number> {
  const [capture] = await tx
    .select()
    .from(captures)
    .where(eq(captures.id, captureId))
    .for('update');
  if (!capture) return 0;
  let { packets, bytes, isFull } = capture;
  const before = packets;
  for (const packet of list) {
    const content = bytesOf(packet.data.bytes);
    if (!content || !isIp(packet.data.local.address) || !isIp(packet.data.remote.address)) continue;
    if (isFull || bytes + content.byteLength > maxCaptureBytes) {
      isFull = true;
      break;
    }
    const [fresh] = await tx
      .insert(capturePackets)
      .values(rowOf(tenantId, packet, content))
      .onConflictDoNothing()
      .returning({ id: capturePackets.id });
    if (!fresh) continue;
    packets += 1;
    bytes += content.byteLength;
  }
  await tx
    .update(captures)
    .set({ packets, bytes, isFull })
    .where(and(eq(captures.tenantId, tenantId), eq(captures.id, captureId)));
  return packets - before;
}

function rowOf(tenantId: TenantId, { data, ...event }: Packet, bytes: Uint8Array) {
  return {
    tenantId,
    id: event.id,
    captureId: data.captureId,
    at: new Date(event.occurredAt),
    bootEpoch: event.bootEpoch,
    seq: event.seq,
    direction: data.direction,
    transport: data.transport,
    localAddress: data.local.address,
    localPort: data.local.port,
    remoteAddress: data.remote.address,
    remotePort: data.remote.port,
    bytes,
  };
}

const ip = z.union([z.ipv4(), z.ipv6()]);
/** A file of packets knows addresses only; IPv6 may stand in brackets. */
const isIp = (address: string) => ip.safeParse(address.replace(/^\[|\]$/g, '')).success;

/** Null for what is no base 64: one bad packet must not hold up the others. */
function bytesOf(text: string): Uint8Array | null {
  try {
    return fromBase64(text);
  } catch {
    return null;
  }
}
