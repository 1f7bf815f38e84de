import { describe, expect, test } from 'vitest';
import { type LineEntry, tenantModel } from '../config/tenant-model.ts';
import { testTenant } from '../testing/tenant.ts';
import { contactUserOf, type PbxAddress, routeInbound } from './inbound.ts';

const entriesOf = (model: ReturnType<typeof tenantModel>) => [...model.lines.values()];
const one = entriesOf(tenantModel(testTenant().config));
const two = entriesOf(tenantModel(testTenant({ registrarPort: 5070 }).config));
const lines = [...one, ...two];
const addressesOf = (entry: LineEntry): PbxAddress[] => [
  { address: '192.0.2.1', port: entry.group.registrarPort },
];
const allOpen = () => true;
const from = (requestUser: string, toUser: string, sourcePort = 5060, source = '192.0.2.1') => ({
  requestUser,
  toUser,
  sourceAddress: source,
  sourcePort,
});

describe('whose an INVITE is', () => {
  test('the Contact of a line finds it, from any port of its PBX', () => {
    const [, , third] = lines;
    if (!third) throw new Error('no line');
    expect(
      routeInbound(from(contactUserOf(third), '20', 40_000), lines, addressesOf, allOpen),
    ).toEqual({
      ok: true,
      entry: third,
    });
  });

  test('a PBX that names the user is told apart by its port', () => {
    expect(routeInbound(from('21', '21', 5060), lines, addressesOf, allOpen)).toMatchObject({
      entry: one[1],
    });
    expect(routeInbound(from('21', '21', 5070), lines, addressesOf, allOpen)).toMatchObject({
      entry: two[1],
    });
  });

  test('To decides when the Request-URI names no line', () => {
    expect(routeInbound(from('trunk', '20', 5070), lines, addressesOf, allOpen)).toMatchObject({
      entry: two[0],
    });
  });

  test('what two tenants could mean is nobody’s', () => {
    expect(routeInbound(from('20', '20', 40_000), lines, addressesOf, allOpen)).toEqual({
      ok: false,
      status: 404,
    });
  });

  test('a line that never registered takes nothing from the one that did', () => {
    const [mine, claimed] = [one[0] as LineEntry, two[0] as LineEntry];
    const isOpen = (lineId: string) => lineId === mine.line.id;
    const facts = from(mine.line.userName, mine.line.userName, 40_000);
    expect(routeInbound(facts, [claimed, mine], addressesOf, isOpen)).toEqual({
      ok: true,
      entry: mine,
    });
    const none = routeInbound(facts, [claimed, mine], addressesOf, () => false);
    expect(none).toEqual({ ok: false, status: 404 });
  });

  test('another sender than the PBX is turned away, also with the right Contact', () => {
    const contact = contactUserOf(one[0] as LineEntry);
    expect(
      routeInbound(from(contact, '20', 5060, '203.0.113.9'), lines, addressesOf, allOpen),
    ).toEqual({
      ok: false,
      status: 403,
    });
  });
});
