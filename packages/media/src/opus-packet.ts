/** What the first octets of an Opus packet tell (RFC 6716 §3.1). */

/** Frame lengths in 48 kHz ticks of the configurations: SILK, hybrid, CELT. */
const SILK = [480, 960, 1920, 2880] as const;
const HYBRID = [480, 960] as const;
const CELT = [120, 240, 480, 960] as const;
/** The most audio a packet may hold, 120 ms (RFC 6716 §3.2.5). */
const MAX_TICKS = 5760;
/** Packets this short carry no audio but tell that nothing is sent for now (RFC 7587 §3.1.3). */
const DTX_LENGTH = 2;

/** Length of the audio in a packet in ticks of the 48 kHz clock; 0 when it is malformed. */
export function opusTicks(packet: Uint8Array): number {
  const toc = packet[0];
  if (toc === undefined) return 0;
  const configuration = toc >> 3;
  let frame: number;
  if (configuration < 12) frame = SILK[configuration & 3] as number;
  else if (configuration < 16) frame = HYBRID[configuration & 1] as number;
  else frame = CELT[configuration & 3] as number;
  const code = toc & 3;
  const count = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 0x3f;
  const ticks = frame * count;
  return ticks > MAX_TICKS ? 0 : ticks;
}

/** Whether a packet begins or continues a pause of discontinuous transmission. */
export function isOpusDtx(packet: Uint8Array): boolean {
  return packet.length <= DTX_LENGTH;
}
