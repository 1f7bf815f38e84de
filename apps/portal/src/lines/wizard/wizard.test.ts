import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { expect, test } from 'vitest';
import { chosen, groupBodyOf, newWizard, phonesWithLine, readWizard, stepOf } from './wizard.ts';

const template = (name: string, port: number) =>
  ({
    id: name.toLowerCase(),
    version: 1,
    name,
    presets: { kind: 'trunk_static', transport: 'tls', port },
  }) as PbxTemplate;

test('a PBX type brings its presets and its name, but no name of the person is lost (LIN-003)', () => {
  const first = chosen(newWizard, template('One', 5061), null);
  expect(first).toMatchObject({
    template: 'one@1',
    name: 'One',
    kind: 'trunk_static',
    transport: 'tls',
    registrarPort: 5061,
  });
  expect(chosen(first, template('Two', 5060), template('One', 5061)).name).toBe('Two');
  const own = { ...first, name: 'Berlin' };
  expect(chosen(own, template('Two', 5060), template('One', 5061)).name).toBe('Berlin');
});

test('the group is made without what belongs to its lines', () => {
  const body = groupBodyOf({ ...newWizard, userNames: '20-22', proxyPort: '' });
  expect(body).not.toHaveProperty('userNames');
  expect(body).not.toHaveProperty('authUserName');
  expect(body).toMatchObject({ domain: null, proxyHost: null, proxyPort: null });
});

test('errors are shown at the step of their field', () => {
  expect(stepOf('name')).toBe('location');
  expect(stepOf('registrarHost')).toBe('connection');
  expect(stepOf('template')).toBe('type');
});

test('a wizard is taken up again, and what is not understood begins anew', () => {
  const state = { step: 'lines', values: newWizard, groupId: 'lgr_x' };
  expect(readWizard(JSON.parse(JSON.stringify(state)))).toEqual(state);
  expect(readWizard({ ...state, groupId: 7 })?.groupId).toBeNull();
  expect(readWizard({ ...state, step: 'later' })).toBeNull();
  expect(readWizard({ ...state, values: { name: 'x' } })).toBeNull();
  expect(readWizard(null)).toBeNull();
});

test('a line is assigned by its number in the first free place (LIN-005)', () => {
  const phone = (slot: 'business' | 'phone1' | 'phone2' | 'mobile', number: string) => ({
    slot,
    number,
    lineId: null,
  });
  expect(phonesWithLine({ phones: [] }, '20')).toEqual([{ slot: 'business', number: '20' }]);
  expect(
    phonesWithLine({ phones: [phone('business', '10'), phone('mobile', '0170')] }, '20'),
  ).toContainEqual({ slot: 'phone1', number: '20' });
  expect(phonesWithLine({ phones: [phone('business', '20')] }, '20')).toHaveLength(1);
  const full = [phone('business', '1'), phone('phone1', '2'), phone('phone2', '3')];
  expect(phonesWithLine({ phones: full }, '20')).toBeNull();
});
