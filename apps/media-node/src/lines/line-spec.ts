import type { LineEntry, LineGroupConfig } from '../config/tenant-model.ts';
import { contactUserOf } from '../routing/inbound.ts';
import type { RegistrationSpec } from './registrar.ts';

/**
 * The line that speaks for its group: of a trunk the marked one, which registers it or sends its
 * OPTIONS (LIN-056, LIN-057), or the first while none is marked; else each line for itself.
 */
export function leaderOf(entry: LineEntry, ofGroup: readonly LineEntry[]): LineEntry {
  if (entry.group.kind === 'registration') return entry;
  const marked = ofGroup.find(({ line }) => line.id === entry.group.registerLineId);
  return marked ?? ofGroup[0] ?? entry;
}

/**
 * How a line is opened and how it authenticates. A line of a trunk without a password of its own
 * calls as the one that leads the trunk.
 *
 * @param password of the line itself
 * @param leader the line that speaks for the group, with its password
 */
export function specOf(
  entry: LineEntry,
  password: string | null,
  leader: { entry: LineEntry; password: string | null },
): RegistrationSpec {
  const { group, line } = entry;
  const who = password === null ? leader.entry.line : line;
  const contact = group.kind === 'trunk_registered' ? leader.entry : entry;
  return {
    ...connectionOf(group),
    userName: line.userName,
    authUserName: who.authUserName ?? who.userName,
    password: password ?? leader.password,
    expiresSeconds: group.expiresSeconds,
    natRefreshSeconds: group.natRefreshSeconds,
    optionsSeconds: group.optionsSeconds,
    contactUser: contactUserOf(contact),
  };
}

function connectionOf(group: LineGroupConfig) {
  const { kind, registrarHost, registrarPort, proxyHost, proxyPort, domain } = group;
  const { transport, tlsVerify, trustedCa } = group;
  return {
    ...{ kind, registrarHost, registrarPort, proxyHost, proxyPort, domain },
    ...{ transport, tlsVerify, trustedCa },
  };
}

/** Whether a binding made by one spec would stay behind when another takes its place. */
export function leavesBinding(before: RegistrationSpec, after: RegistrationSpec): boolean {
  const place = (spec: RegistrationSpec) =>
    JSON.stringify([
      ...[spec.registrarHost, spec.registrarPort, spec.proxyHost, spec.proxyPort, spec.domain],
      ...[spec.transport, spec.userName, spec.contactUser, spec.kind],
    ]);
  return place(before) !== place(after);
}
