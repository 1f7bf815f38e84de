import { z } from 'zod';
import { functionSwitches } from './call-functions.ts';
import { audioCodec, dtmfMethod } from './media.ts';

/** One line per registration, one registration for a range, or a fixed address (LIN-002, LIN-078). */
export const lineGroupKind = z.enum(['registration', 'trunk_registered', 'trunk_static']);
export type LineGroupKind = z.infer<typeof lineGroupKind>;
export const sipTransport = z.enum(['udp', 'tcp', 'tls']);
export type SipTransportName = z.infer<typeof sipTransport>;

/** Forwarding before answer when the PBX cannot take a 302 (LIN-067 … LIN-069). */
export const forwardMethod = z.enum(['redirect_302', 'new_call', 'answer_transfer']);
/** Transfer by REFER at the PBX, or by joining both calls on our node. */
export const transferMethod = z.enum(['refer', 'join']);
/** Where an incoming trunk call names the called number (open point 13). */
export const calledNumberFrom = z.enum(['request_uri', 'to', 'p_called_party_id']);

/** A known PBX type: tested presets, the fields that exist for it, what it can do (LIN-003). */
export const pbxTemplate = z
  .object({
    id: z.string(),
    version: z.number().int(),
    name: z.string(),
    vendor: z.string(),
    presets: z.object({
      kind: lineGroupKind,
      transport: sipTransport,
      port: z.number().int(),
      expiresSeconds: z.number().int(),
      registerDelayMs: z.number().int(),
      natRefreshSeconds: z.number().int(),
      optionsSeconds: z.number().int(),
      pbxCodecs: z.array(audioCodec),
      clientCodecs: z.array(audioCodec),
      dtmf: dtmfMethod,
      forwardMethod,
      transferMethod,
      calledNumberFrom,
      sessionTimerSeconds: z.number().int(),
      functions: functionSwitches,
    }),
    /** Fields a wizard shows beyond the common ones. */
    visibleFields: z.array(z.enum(['domain', 'proxy', 'natRefresh', 'number', 'forwardMethod'])),
    capabilities: z.object({ supports302: z.boolean(), g722Tested: z.boolean() }),
    /** What the admin has to do or buy at the PBX, German and English (LIN-006). */
    hints: z.object({ de: z.array(z.string()), en: z.array(z.string()) }),
  })
  .meta({ id: 'PbxTemplate' });
export type PbxTemplate = z.infer<typeof pbxTemplate>;
