import { callFunctions } from '@trunkline/contracts/call-functions.ts';
import { createLineGroup } from '@trunkline/contracts/lines.ts';
import { coupledCodecs } from '@trunkline/contracts/media.ts';
import { pbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { describe, expect, test } from 'vitest';
import { functionsOn, groupWarnings, settledSrtp, withPresets } from './group-settings.ts';
import { findTemplate, pbxTemplates, templateRef } from './pbx-templates.ts';

const locationId = 'loc_01jd3zq7w4e6v8t0n5m2k9h3xa';

test.each<[string[], string[], string[]]>([
  [['G722', 'PCMA'], ['PCMA'], ['opus', 'PCMA']],
  [
    ['opus', 'PCMA'],
    ['PCMU', 'opus'],
    ['PCMU', 'opus'],
  ],
  [['PCMA'], ['PCMA'], ['PCMA']],
])('LIN-076 PBX %j with client %j is stored as client %j', (pbx, client, stored) => {
  expect(coupledCodecs(pbx as never, client as never)).toEqual(stored);
});

test.each([
  ['auto', 'tls', 'required'],
  ['auto', 'udp', 'off'],
  ['auto', 'tcp', 'off'],
  ['optional', 'tls', 'optional'],
  ['required', 'udp', 'required'],
] as const)('LIN-044 srtp %s over %s is %s', (srtp, transport, settled) => {
  expect(settledSrtp({ srtp, transport })).toBe(settled);
});

describe('LIN-026 functions', () => {
  test('without template and switches all are on', () => {
    expect(functionsOn({ template: null, functions: {} })).toEqual([...callFunctions]);
  });
  test('a switch goes before the template, a template that is gone switches nothing off', () => {
    const on = functionsOn({ template: 'gone@7', functions: { dial: 'off', hold: 'template' } });
    expect(on).not.toContain('dial');
    expect(on).toContain('hold');
  });
});

describe('warnings', () => {
  const group: Parameters<typeof groupWarnings>[0] = {
    transport: 'tls',
    registrarPort: 5061,
    tlsVerify: 'platform',
    srtp: 'auto',
    kind: 'registration',
    peerAddresses: [],
  };
  const codes = (over: object) => groupWarnings({ ...group, ...over }).map((one) => one.code);
  test.each<[object, string[]]>([
    [{}, []],
    [{ registrarPort: 5060 }, ['port_unusual']],
    [{ transport: 'udp' }, ['port_unusual']],
    [{ registrarPort: 5099 }, []],
    [{ tlsVerify: 'none' }, ['tls_unchecked']],
    [{ transport: 'udp', registrarPort: 5060, srtp: 'required' }, ['srtp_keys_readable']],
    [{ kind: 'trunk_static' }, ['no_peer_address']],
    [{ kind: 'trunk_static', peerAddresses: ['192.0.2.1'] }, []],
  ])('LIN-044 %j: %j', (over, expected) => expect(codes(over)).toEqual(expected));
});

describe('LIN-003 templates', () => {
  test.each(pbxTemplates.map((one) => [templateRef(one), one] as const))(
    '%s is one a group can be made from',
    (ref, template) => {
      expect(pbxTemplate.parse(template)).toEqual(template);
      const body = createLineGroup.parse(
        withPresets({ template: ref, name: 'x', registrarHost: 'pbx.example', locationId }),
      );
      const { port, functions: _, ...presets } = template.presets;
      expect(body).toMatchObject({ ...presets, registrarPort: port, template: ref });
      expect(template.hints.de).toHaveLength(template.hints.en.length);
    },
  );

  test('what the body says goes before the preset; an id alone is its newest version', () => {
    expect(
      withPresets({ template: 'audiocodes-mediant', registrarPort: 5999, transport: 'udp' }),
    ).toMatchObject({ registrarPort: 5999, transport: 'udp', template: 'audiocodes-mediant@1' });
    expect(findTemplate('generic-registrar')?.version).toBe(1);
    expect(() => withPresets({ template: 'nothing@1' })).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });

  test('ids and versions are unique', () => {
    expect(new Set(pbxTemplates.map(templateRef)).size).toBe(pbxTemplates.length);
  });
});

test.each(['generic-registrar', 'unify-openscape-business'])(
  'LIN-006 %s hints, in both languages, at licences the telephone system may want of its own',
  (id) => {
    const { hints } = findTemplate(id) ?? {};
    expect(hints?.de.join(' ')).toMatch(/eigene Lizenz/);
    expect(hints?.en.join(' ')).toMatch(/licence of its own/);
  },
);

test('LIN-006 where none is wanted, none is hinted at', () => {
  for (const id of ['asterisk-pjsip', 'freeswitch'])
    expect(findTemplate(id)?.hints.en.join(' ')).not.toMatch(/licence/);
});
