import { z } from 'zod';

/** Audio codecs towards the PBX and towards clients (LIN-074, LIN-075). */
export const audioCodec = z.enum(['PCMA', 'PCMU', 'G722', 'opus']);
export type AudioCodec = z.infer<typeof audioCodec>;

const unique = (list: readonly string[]) => new Set(list).size === list.length;

/** In order of preference; A-law cannot be left out (LIN-074). */
export const pbxCodecs = z
  .array(audioCodec)
  .min(1)
  .max(4)
  .refine(unique, { message: 'each codec once' })
  .refine((list) => list.includes('PCMA'), { message: 'PCMA is always active' });
export const clientCodecs = z
  .array(audioCodec)
  .min(1)
  .max(4)
  .refine(unique, { message: 'each codec once' });

/** HD codecs towards the PBX want one towards the client: opus joins by itself (LIN-076). */
export function coupledCodecs(
  towardsPbx: readonly AudioCodec[],
  towardsClient: readonly AudioCodec[],
): AudioCodec[] {
  const wideband = towardsPbx.includes('G722') || towardsPbx.includes('opus');
  return wideband && !towardsClient.includes('opus')
    ? ['opus', ...towardsClient]
    : [...towardsClient];
}

/** SRTP by SDES (RFC 4568) towards the PBX. `auto`: required when signalling is TLS (LIN-044). */
export const srtpMode = z.enum(['auto', 'off', 'optional', 'required']);
export const dtmfMethod = z.enum(['rfc4733', 'info', 'inband']);

/** Quality of what one side of a call receives (VOX-122). */
export const legQuality = z
  .object({
    codec: z.string().max(20).nullable(),
    encrypted: z.boolean(),
    /** Share of packets lost, 0–100. */
    lossPercent: z.number().min(0).max(100),
    jitterMs: z.number().min(0),
    roundTripMs: z.number().min(0).nullable(),
    /** Mean opinion score by the E-model (ITU-T G.107), 1.0–4.5; null while unknown. */
    mos: z.number().min(1).max(5).nullable(),
  })
  .meta({ id: 'LegQuality' });
export type LegQuality = z.infer<typeof legQuality>;

export const callQuality = z
  .object({ client: legQuality.nullable(), pbx: legQuality.nullable() })
  .meta({ id: 'CallQuality' });
export type CallQuality = z.infer<typeof callQuality>;
