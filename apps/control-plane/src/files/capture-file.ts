import type { CaptureContent } from '@trunkline/services/captures/download-capture.ts';
import { pcapng } from '@trunkline/sip/capture/pcapng.ts';

/** `sipav_<date>_<time>.pcapng`, in UTC (LIN-099). */
export function captureFileName(startedAt: Date): string {
  const time = startedAt.toISOString().slice(0, 19).replaceAll(':', '').replaceAll('-', '');
  return `sipav_${time.replace('T', '_')}.pcapng`;
}

/** The messages of a capture as a file Wireshark reads, with the true addresses (LIN-100). */
export function captureFile({ packets }: CaptureContent): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    pcapng(
      packets.map((packet) => {
        const local = { address: packet.localAddress, port: packet.localPort };
        const remote = { address: packet.remoteAddress, port: packet.remotePort };
        const sent = packet.direction === 'out';
        return {
          at: packet.at.getTime(),
          direction: packet.direction,
          transport: packet.transport,
          source: sent ? local : remote,
          destination: sent ? remote : local,
          payload: packet.bytes,
        };
      }),
    ),
  );
}
