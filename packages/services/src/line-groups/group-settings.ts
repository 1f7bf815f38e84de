import {
  type CallFunction,
  callFunctions,
  type FunctionSwitches,
} from '@trunkline/contracts/call-functions.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { ConfigWarning, LineGroup } from '@trunkline/contracts/lines.ts';
import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { findTemplate, templateRef } from './pbx-templates.ts';

const refused = (pointer: string, message: string) =>
  new TrunklineError('invalid_request', { errors: [{ pointer, message }] });

/** The template a body names. @throws TrunklineError `invalid_request` for one we do not have */
export function templateOf(ref: string): PbxTemplate {
  const template = findTemplate(ref);
  if (!template) throw refused('/template', 'no such PBX template');
  return template;
}

/**
 * Puts a template's presets where the body says nothing (LIN-003). What is no object, or names no
 * template, stays as it is: the schema judges it.
 */
export function withPresets(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('template' in input)) return input;
  if (typeof input.template !== 'string') return input;
  const template = templateOf(input.template);
  const { port, functions: _, ...presets } = template.presets;
  return { registrarPort: port, ...presets, ...input, template: templateRef(template) };
}

/** What must fit together, over all fields. @throws TrunklineError `invalid_request` */
export function checkGroup(
  group: Pick<LineGroup, 'tlsVerify' | 'trustedCa' | 'locationMode' | 'numbersAutomatic'>,
): void {
  if (group.locationMode === 'automatic' && !group.numbersAutomatic)
    throw refused('/locationMode', 'only with numbers taken from the user names');
  if (group.trustedCa !== null && !/-----BEGIN CERTIFICATE-----/.test(group.trustedCa))
    throw refused('/trustedCa', 'certificates in PEM format');
  if (group.tlsVerify === 'custom' && group.trustedCa === null)
    throw refused('/trustedCa', 'required when certificates are checked by it');
}

/** SRTP as the media node does it: `auto` follows the transport (LIN-044). */
export function settledSrtp({
  srtp,
  transport,
}: Pick<LineGroup, 'srtp' | 'transport'>): 'off' | 'optional' | 'required' {
  if (srtp !== 'auto') return srtp;
  return transport === 'tls' ? 'required' : 'off';
}

/** Functions that are on: the group's switch, else the template's, else on (LIN-026). */
export function functionsOn(group: {
  template: string | null;
  functions: FunctionSwitches;
}): CallFunction[] {
  const defaults = group.template === null ? {} : findTemplate(group.template)?.presets.functions;
  return callFunctions.filter((name) => {
    const own = group.functions[name] ?? 'template';
    return (own === 'template' ? defaults?.[name] : own) !== 'off';
  });
}

/** What is allowed but unlikely to be meant (LIN-044, LIN-079). */
export function groupWarnings(
  group: Pick<
    LineGroup,
    'transport' | 'registrarPort' | 'tlsVerify' | 'srtp' | 'kind' | 'peerAddresses'
  >,
): ConfigWarning[] {
  const tls = group.transport === 'tls';
  const found: [ConfigWarning['code'], string, boolean][] = [
    ['port_unusual', '/registrarPort', group.registrarPort === (tls ? 5060 : 5061)],
    ['tls_unchecked', '/tlsVerify', tls && group.tlsVerify === 'none'],
    ['srtp_keys_readable', '/srtp', !tls && settledSrtp(group) !== 'off'],
    [
      'no_peer_address',
      '/peerAddresses',
      group.kind === 'trunk_static' && group.peerAddresses.length === 0,
    ],
  ];
  return found.flatMap(([code, pointer, applies]) => (applies ? [{ code, pointer }] : []));
}
