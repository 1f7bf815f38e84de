import { newId } from '@trunkline/contracts/ids.ts';
import { describe, expect, test } from 'vitest';
import { tenantModel } from '../config/tenant-model.ts';
import { testTenant } from '../testing/tenant.ts';
import { planOutbound } from './outbound.ts';

const { config, anna, ben } = testTenant();
const tenant = tenantModel(config);
const [lineAnna, lineBen] = config.lineGroups[0]?.lines ?? [];
const all = () => true;
const none = () => false;
const stranger = newId('user');

function plan(
  request: { typed: string; userId?: typeof anna; lineId?: string; emergencyOnly?: boolean },
  isOpen: (lineId: string) => boolean = all,
  of = tenant,
) {
  return planOutbound(
    of,
    {
      typed: request.typed,
      userId: request.userId ?? anna,
      lineId: request.lineId as never,
      emergencyOnly: request.emergencyOnly ?? false,
    },
    isOpen,
  );
}

describe('where an outgoing call leaves', () => {
  test('an extension goes as it is over the line of the user', () => {
    expect(plan({ typed: '10' })).toMatchObject({
      ok: true,
      emergency: false,
      entry: { line: { id: lineAnna?.id } },
      dialled: { digits: '10', number: '+49301234510' },
    });
  });

  test('an external number gets the access code', () => {
    expect(plan({ typed: '+49 171 1234567' })).toMatchObject({
      dialled: { digits: '001711234567', number: '+491711234567' },
    });
  });

  test('a line of somebody else is no line', () => {
    expect(plan({ typed: '10', lineId: lineBen?.id ?? '' })).toEqual({
      ok: false,
      code: 'no_line',
    });
    expect(plan({ typed: '10', userId: stranger })).toEqual({ ok: false, code: 'no_line' });
  });

  test('no digits are no number, and a closed line is not ready', () => {
    expect(plan({ typed: 'hello' })).toEqual({ ok: false, code: 'number_invalid' });
    expect(plan({ typed: '10' }, none)).toEqual({ ok: false, code: 'line_not_ready' });
  });

  test('a suspended tenant dials nothing but emergency numbers', () => {
    const suspended = tenantModel({ ...config, tenant: { ...config.tenant, state: 'suspended' } });
    expect(plan({ typed: '10' }, all, suspended)).toEqual({ ok: false, code: 'tenant_suspended' });
    expect(plan({ typed: '110' }, all, suspended)).toMatchObject({ ok: true, emergency: true });
  });
});

describe('emergency calls', () => {
  test.each(['110', '112', '0112', '1 1 2'])(
    '%s passes with the emergency scope alone',
    (typed) => {
      expect(plan({ typed, emergencyOnly: true })).toMatchObject({ ok: true, emergency: true });
    },
  );

  test('the emergency scope alone dials nothing else', () => {
    expect(plan({ typed: '10', emergencyOnly: true })).toEqual({
      ok: false,
      code: 'missing_scope',
    });
  });

  test("another open line takes the call when the user's own is closed or missing", () => {
    const onlyBen = (lineId: string) => lineId === lineBen?.id;
    expect(plan({ typed: '112' }, onlyBen)).toMatchObject({ entry: { line: { id: lineBen?.id } } });
    expect(plan({ typed: '112', userId: stranger }, onlyBen)).toMatchObject({
      entry: { line: { id: lineBen?.id } },
    });
    expect(plan({ typed: '112', lineId: lineAnna?.id ?? '' }, onlyBen)).toMatchObject({
      entry: { line: { id: lineBen?.id } },
    });
    expect(plan({ typed: '112', userId: ben }, none)).toEqual({
      ok: false,
      code: 'line_not_ready',
    });
  });
});
