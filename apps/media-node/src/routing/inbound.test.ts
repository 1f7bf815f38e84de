import { newId } from '@trunkline/contracts/ids.ts';
import { describe, expect, test } from 'vitest';
import { type LineEntry, type LineGroupConfig, tenantModel } from '../config/tenant-model.ts';
import { testTenant } from '../testing/tenant.ts';
import { contactUserOf, routeInbound } from './inbound.ts';

const entriesOf = (group: Partial<LineGroupConfig> = {}) => [
  ...tenantModel(testTenant(group).config).lines.values(),
];
const groupsOf = (...lines: (readonly LineEntry[])[]) =>
  new Set(lines.flat().map(({ group }) => group.id));
const allOpen = () => true;
const from = (requestUser: string, toUser: string, sourcePort = 5060, called?: string) => ({
  requestUser,
  toUser,
  calledPartyUser: called ?? null,
  sourcePort,
});
const nobody = { ok: false, status: 404 };

describe('whose an INVITE is, of lines with a registration of their own', () => {
  const one = entriesOf();
  const two = entriesOf({ registrarPort: 5070 });
  const lines = [...one, ...two];
  const groups = groupsOf(lines);

  test('the Contact of a line finds it, from any port of its PBX', () => {
    const [, , third] = lines;
    if (!third) throw new Error('no line');
    expect(routeInbound(from(contactUserOf(third), '20', 40_000), lines, groups, allOpen)).toEqual({
      ok: true,
      entry: third,
    });
  });

  test('a PBX that names the user is told apart by its port', () => {
    expect(routeInbound(from('21', '21', 5060), lines, groups, allOpen)).toMatchObject({
      entry: one[1],
    });
    expect(routeInbound(from('21', '21', 5070), lines, groups, allOpen)).toMatchObject({
      entry: two[1],
    });
  });

  test('To decides when the Request-URI names no line', () => {
    expect(routeInbound(from('trunk', '20', 5070), lines, groups, allOpen)).toMatchObject({
      entry: two[0],
    });
  });

  test('what two tenants could mean is nobody’s', () => {
    expect(routeInbound(from('20', '20', 40_000), lines, groups, allOpen)).toEqual(nobody);
  });

  test('a line that never registered takes nothing from the one that did', () => {
    const [mine, claimed] = [one[0] as LineEntry, two[0] as LineEntry];
    const isOpen = (lineId: string) => lineId === mine.line.id;
    const facts = from(mine.line.userName, mine.line.userName, 40_000);
    expect(routeInbound(facts, [claimed, mine], groups, isOpen)).toEqual({ ok: true, entry: mine });
    expect(routeInbound(facts, [claimed, mine], groups, () => false)).toEqual(nobody);
  });

  test('another sender than the PBX is turned away, also with the right Contact', () => {
    const contact = contactUserOf(one[0] as LineEntry);
    expect(routeInbound(from(contact, 'x'), lines, groupsOf(two), allOpen)).toEqual(nobody);
    expect(routeInbound(from(contact, '20'), lines, new Set(), allOpen)).toEqual({
      ok: false,
      status: 403,
    });
  });
});

describe('whose an INVITE of a trunk is', () => {
  const trunk = (group: Partial<LineGroupConfig> = {}) =>
    entriesOf({ kind: 'trunk_registered', ...group });
  const numberOf = (decision: ReturnType<typeof routeInbound>) =>
    decision.ok ? decision.entry.line.number : decision.status;
  const renumbered = (entry: LineEntry, index: number): LineEntry => {
    const number = String(30 + index);
    return {
      ...entry,
      number: `+493012345${number}`,
      line: { ...entry.line, number, userName: number },
    };
  };
  const route = (lines: readonly LineEntry[], facts: ReturnType<typeof from>) =>
    numberOf(routeInbound(facts, lines, groupsOf(lines), allOpen));

  test.each(['20', '+49301234520', '00049301234520', '00301234520', '01234520'])(
    'LIN-049 the called number %s is a line, however the PBX writes it',
    (called) => {
      expect(route(trunk(), from(called, 'x'))).toBe('20');
    },
  );

  test.each(['22', '+49301234522', '+49891234520', 'anna', ''])('%s is no line: 404', (called) => {
    expect(route(trunk(), from(called, '20'))).toBe(404);
  });

  test('the group says where the called number stands', () => {
    const facts = from('20', '21', 5060, '+49301234520');
    expect(route(trunk({ calledNumberFrom: 'to' }), facts)).toBe('21');
    expect(route(trunk({ calledNumberFrom: 'p_called_party_id' }), facts)).toBe('20');
    expect(route(trunk({ calledNumberFrom: 'p_called_party_id' }), from('21', '20'))).toBe('21');
    expect(route(trunk({ calledNumberFrom: 'to' }), from('20', '99'))).toBe(404);
  });

  test('a PBX that calls the registered Contact tells the number elsewhere', () => {
    const lines = trunk();
    const contact = contactUserOf(lines[0] as LineEntry);
    expect(route(lines, from(contact, '21'))).toBe('21');
    expect(route(lines, from(contact, 'trunk', 5060, '21'))).toBe('21');
    expect(route(lines, from(contact, 'trunk'))).toBe('20');
  });

  test('LIN-013 of parallel phones the one without suffix rings', () => {
    const { config } = testTenant({ kind: 'trunk_registered' });
    const [group] = config.lineGroups;
    const [line] = group?.lines ?? [];
    if (group && line) group.lines.unshift({ ...line, id: newId('line'), suffix: 'b' });
    const lines = [...tenantModel(config).lines.values()];
    const decision = routeInbound(from('+49301234520', ''), lines, groupsOf(lines), allOpen);
    expect(decision).toMatchObject({ entry: { line: { suffix: '' } } });
  });

  test('a registered trunk takes calls while it is registered, a fixed-IP one always', () => {
    const closed = () => false;
    const registered = trunk();
    const fixed = trunk({ kind: 'trunk_static' });
    const facts = from('20', '20');
    expect(numberOf(routeInbound(facts, registered, groupsOf(registered), closed))).toBe(404);
    expect(numberOf(routeInbound(facts, fixed, groupsOf(fixed), closed))).toBe('20');
  });

  test('a fixed-IP trunk is found from the port of another group of its PBX', () => {
    const fixed = trunk({ kind: 'trunk_static', registrarPort: 5090 });
    const lines = [...entriesOf({ registrarPort: 5060 }), ...fixed.map(renumbered)];
    expect(route(lines, from('30', '30', 5060))).toBe('30');
    expect(route(lines, from('20', '20', 5060))).toBe('20');
  });

  test('LIN-080 trunks of two tenants at one address: by port, else only what one can mean', () => {
    const one = trunk({ registrarPort: 5060 });
    const two = trunk({ registrarPort: 5070 });
    const lines = [...one, ...two];
    const decide = (port: number) =>
      routeInbound(from('20', '20', port), lines, groupsOf(lines), allOpen);
    expect(decide(5070)).toMatchObject({ entry: two[0] });
    expect(decide(5060)).toMatchObject({ entry: one[0] });
    expect(decide(40_000)).toEqual(nobody);
  });

  test.each(['request_uri', 'to'] as const)(
    'whoever lists the address of a registered trunk (%s) takes none of its calls',
    (calledNumberFrom) => {
      const victim = trunk();
      const thief = trunk({ kind: 'trunk_static', calledNumberFrom });
      const lines = [...thief, ...victim];
      const contact = contactUserOf(victim[0] as LineEntry);
      for (const facts of [from('20', '20'), from(contact, '20'), from(contact, 'trunk')])
        expect(routeInbound(facts, lines, groupsOf(lines), allOpen)).toMatchObject({
          entry: victim[0],
        });
    },
  );
});
