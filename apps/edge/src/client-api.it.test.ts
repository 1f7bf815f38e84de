import type { Problem } from '@trunkline/contracts/errors.ts';
import { type LineForwarding, noForwarding } from '@trunkline/contracts/forwarding.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import type { Page } from '@trunkline/contracts/pages.ts';
import type { Me, Person } from '@trunkline/contracts/people.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EdgeRig, startEdgeRig, type TestUser } from './testing/edge-rig.ts';
import { eventually } from './testing/eventually.ts';
import { openRealtime } from './testing/realtime-client.ts';

let rig: EdgeRig;
let anna: TestUser;
let ben: TestUser;
let eve: TestUser;

beforeAll(async () => {
  rig = await startEdgeRig();
  const tenant = await rig.tenant();
  anna = await rig.user(tenant, 'Anna');
  ben = await rig.user(tenant, 'Ben');
  eve = await rig.user(await rig.tenant(), 'Eve');
});
afterAll(() => rig.stop());

const startedAt = (minute: number) => new Date(Date.UTC(2026, 10, 23, 9, minute)).toISOString();

async function journalEntry(
  owner: TestUser,
  over: { minute?: number; result?: string; direction?: string } = {},
): Promise<string> {
  const { minute = 0, result = 'answered', direction = 'incoming' } = over;
  const id = newId('journalEntry');
  const at = startedAt(minute);
  await rig.sql`insert into tenant.journal_entries
    (tenant_id, id, user_id, call_id, direction, result, line_number, started_at, ended_at,
     duration_ms, ended_by, cause, unanswered, private, remote_number)
    values (${owner.tenant}, ${id}, ${owner.userId}, ${newId('call')}, ${direction}, ${result},
      '20', ${at}, ${at}, 1500, 'remote', 'normal', ${result === 'missed'}, false, '+493099999')`;
  return id;
}

/** A line of the user at a location Berlin, base 12345, bound to the business number. */
async function lineOf(user: TestUser, number: string): Promise<string> {
  const [location, group, line] = [newId('location'), newId('lineGroup'), newId('line')];
  const { tenant, userId } = user;
  await rig.sql`insert into tenant.locations
    (tenant_id, id, name, country_code, area_code, uses_pbx, exchange_type, base_number, ddi_from,
     ddi_to, internal_length_min, internal_length_max, access_code, time_zone)
    values (${tenant}, ${location}, ${location}, '49', '30', true, 'ddi', '12345', '10', '99', 2, 4,
      '0', 'Europe/Berlin')`;
  await rig.sql`insert into tenant.line_groups
    (tenant_id, id, name, registrar_host, registrar_port, transport, expires_seconds,
     register_delay_ms, location_id, journal, not_signed_in_response, reject_response,
     hide_reject_button)
    values (${tenant}, ${group}, ${group}, 'pbx', 5060, 'udp', 300, 50, ${location}, true, 486,
      'client', true)`;
  await rig.sql`insert into tenant.lines
    (tenant_id, id, line_group_id, user_name, number, suffix, full_number, use_line, journal,
     private_phone)
    values (${tenant}, ${line}, ${group}, ${number}, ${number}, '', ${`+493012345${number}`}, true,
      true, false)`;
  await rig.sql`insert into tenant.user_phones (tenant_id, id, user_id, slot, number, normalised)
    values (${tenant}, ${`${userId}/business`}, ${userId}, 'business', ${number}, ${number})`;
  await rig.sql`insert into tenant.line_assignments (tenant_id, id, line_id, user_id, slot)
    values (${tenant}, ${newId('lineAssignment')}, ${line}, ${userId}, 'business')`;
  return line;
}

describe('who may ask', () => {
  test.each(['/v1/me', '/v1/me/presence', '/v1/people', '/v1/journal'])(
    '%s answers 401 and 403 problems',
    async (path) => {
      const without = await rig.fetch(path);
      expect(without.status).toBe(401);
      expect(without.headers.get('content-type')).toBe('application/problem+json');
      expect(without.headers.get('www-authenticate')).toBe('Bearer');
      const problem = (await without.json()) as Problem;
      expect(problem).toMatchObject({ code: 'unauthenticated', status: 401 });
      expect(problem.traceId).toBe(without.headers.get('trace-id'));
      const expired = await rig.token(anna, { exp: Math.floor(Date.now() / 1000) - 60 });
      expect((await rig.fetch(path, expired)).status).toBe(401);
      const emergency = await rig.fetch(path, await rig.token(anna, { scope: 'emergency' }));
      expect(emergency.status).toBe(403);
      expect(await emergency.json()).toMatchObject({ code: 'tenant_suspended' });
      const scopeless = await rig.fetch(path, await rig.token(anna, { scope: 'users:read' }));
      expect(await scopeless.json()).toMatchObject({ code: 'missing_scope', scope: 'client' });
    },
  );

  test('problems speak the language asked for and continue the trace', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { 'accept-language': 'en-GB,en;q=0.9', traceparent };
    const response = await rig.fetch('/v1/me', undefined, { headers });
    expect(await response.json()).toMatchObject({
      title: 'Please sign in.',
      traceId: '0af7651916cd43dd8448eb211c80319c',
    });
  });
});

const handling = (forwarding: Partial<LineForwarding> = {}, doNotDisturb = false) => ({
  doNotDisturb,
  forwarding: { ...noForwarding, ...forwarding },
});

describe('own data', () => {
  test('GET /v1/me names user, tenant and lines', async () => {
    const line = await lineOf(anna, '20');
    const response = await rig.fetch('/v1/me', await rig.token(anna));
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({
      id: anna.userId,
      tenantId: anna.tenant,
      displayName: 'Anna',
      identity: expect.stringMatching(/^anna@.*\.trunkline\.localhost$/),
      scopes: ['client'],
      // Never chosen: the one of the token, which sign-in took from the browser.
      language: 'en',
      lines: [
        {
          id: line,
          number: '+49301234520',
          display: '20',
          hideRejectButton: true,
          functions: expect.arrayContaining(['hold', 'forwarding']),
          featureCodes: [],
          callHandling: handling(),
        },
      ],
    });
  });

  test('GET /v1/people pages colleagues by name, and nobody else', async () => {
    const tenant = await rig.tenant();
    const names = ['Åsa', 'anton', 'Berta', 'Cäsar', 'dora'];
    for (const [index, name] of names.entries())
      await rig.user(tenant, index === 0 ? 'Zoe' : name.replace(/[^a-z]/gi, 'x'));
    const reader = await rig.user(tenant, 'Reader');
    const token = await rig.token(reader);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
      const response = await rig.fetch(`/v1/people?limit=2${query}`, token);
      const page = (await response.json()) as Page<Person>;
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((person) => person.displayName));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(['anton', 'Berta', 'Cxsar', 'dora', 'Reader', 'Zoe']);
  });

  test('a person shows numbers as the location reads them', async () => {
    await lineOf(ben, '21');
    const response = await rig.fetch('/v1/people', await rig.token(anna));
    const page = (await response.json()) as Page<Person>;
    expect(page.items.find((person) => person.id === ben.userId)).toMatchObject({
      numbers: [{ slot: 'business', number: '+49301234521', display: '21' }],
    });
  });

  test('GET /v1/journal lists own entries, newest first, filtered and paged', async () => {
    const owner = await rig.user(await rig.tenant(), 'Owner');
    const token = await rig.token(owner);
    const ids: string[] = [];
    for (const [minute, over] of [
      { result: 'answered' },
      { result: 'missed' },
      { result: 'busy', direction: 'outgoing' },
    ].entries())
      ids.unshift(await journalEntry(owner, { minute, ...over }));
    await journalEntry(await rig.user(owner.tenant, 'Other'));
    const list = async (query: string) =>
      (await (await rig.fetch(`/v1/journal${query}`, token)).json()) as {
        items: { id: string }[];
        nextCursor: string | null;
      };
    expect((await list('')).items.map((entry) => entry.id)).toEqual(ids);
    expect((await list('?filter=missed')).items.map((entry) => entry.id)).toEqual([ids[1]]);
    expect((await list('?filter=outgoing')).items.map((entry) => entry.id)).toEqual([ids[0]]);
    const first = await list('?limit=2');
    expect(first.items.map((entry) => entry.id)).toEqual(ids.slice(0, 2));
    const second = await list(`?limit=2&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ items: [{ id: ids[2] }], nextCursor: null });
  });

  test.each([
    ['limit=0'],
    ['limit=x'],
    ['cursor=rubbish'],
    ['filter=none'],
    ['cursor=WyJ4IiwieSJd'],
  ])('GET /v1/journal?%s is an invalid request', async (query) => {
    const response = await rig.fetch(`/v1/journal?${query}`, await rig.token(anna));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_request' });
  });

  test('PATCH /v1/journal/{entryId} changes note and seen, and tells the other devices', async () => {
    const id = await journalEntry(anna);
    const response = await patch(await rig.token(anna), id, { note: 'call back', seen: true });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id, note: 'call back', seen: true });
    const outbox = await rig.sql`select payload from tenant.outbox where topic = 'journal.changed'`;
    expect(outbox.map((row) => row.payload)).toContainEqual({ entryId: id, userId: anna.userId });
  });

  test('GET and PUT /v1/me/lines/{lineId}/call-handling, told to the own other devices', async () => {
    const owner = await rig.user(await rig.tenant(), 'Handler');
    const colleague = await rig.user(owner.tenant, 'Colleague');
    const line = await lineOf(owner, '30');
    const token = await rig.token(owner);
    const path = `/v1/me/lines/${line}/call-handling`;
    expect(await (await rig.fetch(path, token)).json()).toEqual(handling());
    const device = await openRealtime(rig.url, await rig.token(owner));
    const other = await openRealtime(rig.url, await rig.token(colleague));
    const wanted = handling({ noAnswer: { number: '21', seconds: 15 } }, true);
    const saved = await put(token, line, wanted);
    expect([saved.status, await saved.json()]).toEqual([200, wanted]);
    expect(await (await rig.fetch(path, token)).json()).toEqual(wanted);
    const me = (await (await rig.fetch('/v1/me', token)).json()) as Me;
    expect(me.lines[0]?.callHandling).toEqual(wanted);
    await eventually(() => expect(device.events('directory.changed')).toHaveLength(1));
    expect(other.events('directory.changed')).toEqual([]);
    device.socket.close();
    other.socket.close();
  });

  test('PUT call-handling names the target that cannot be dialled, and refuses unknown fields', async () => {
    const owner = await rig.user(await rig.tenant(), 'Wrong');
    const line = await lineOf(owner, '31');
    const token = await rig.token(owner);
    const wrong = await put(token, line, handling({ busy: 'not a number!', always: '112' }));
    expect(wrong.status).toBe(400);
    const problem = (await wrong.json()) as Problem;
    expect(problem.errors?.map((error) => error.pointer).sort()).toEqual([
      '/forwarding/always',
      '/forwarding/busy',
    ]);
    for (const body of [{ ...handling(), more: 1 }, { doNotDisturb: true }, handling({ busy: '' })])
      expect((await put(token, line, body)).status).toBe(400);
    const path = `/v1/me/lines/${line}/call-handling`;
    expect(await (await rig.fetch(path, token)).json()).toEqual(handling());
  });

  test('PUT call-handling answers 403 to a function the group has switched off (LIN-026)', async () => {
    const owner = await rig.user(await rig.tenant(), 'Off');
    const line = await lineOf(owner, '32');
    await rig.sql`update tenant.line_groups set functions = '{"do_not_disturb":"off"}'
      where tenant_id = ${owner.tenant}`;
    const refused = await put(await rig.token(owner), line, handling({}, true));
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: 'function_off' });
  });

  test('PATCH refuses unknown fields, broken JSON and large bodies', async () => {
    const id = await journalEntry(anna);
    const token = await rig.token(anna);
    expect((await patch(token, id, { result: 'missed' })).status).toBe(400);
    expect((await patch(token, id, { note: 'x'.repeat(2001) })).status).toBe(400);
    const headers = { 'content-type': 'application/json' };
    const broken = await rig.fetch(`/v1/journal/${id}`, token, {
      method: 'PATCH',
      headers,
      body: '{"note":',
    });
    expect(await broken.json()).toMatchObject({ code: 'malformed_json', status: 400 });
    const large = await patch(token, id, { note: 'x'.repeat(70_000) });
    expect(large.status).toBe(413);
  });
});

function patch(token: string, entryId: string, body: object): Promise<Response> {
  return rig.fetch(`/v1/journal/${entryId}`, token, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function put(token: string, lineId: string, body: object): Promise<Response> {
  return rig.fetch(`/v1/me/lines/${lineId}/call-handling`, token, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

interface Operation {
  parameters?: { name: string; in: string }[];
}

test('PLT-018 every id route answers 404 to a foreign id and changes nothing', async () => {
  const document = (await (await rig.fetch('/v1/client/openapi.json')).json()) as {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
  };
  expect(document.openapi).toBe('3.1.0');
  const numbers = [60, 61, 62, 63];
  const foreign: Record<string, (owner: TestUser) => Promise<string>> = {
    entryId: journalEntry,
    lineId: async (owner) =>
      lineOf(await rig.user(owner.tenant, `Line${numbers[0]}`), `${numbers.shift()}`),
  };
  const bodies: Record<string, object> = {
    patch: { note: 'mine now', seen: true },
    put: handling({ always: '21' }, true),
  };
  const stored = async () => [
    await rig.sql`select * from tenant.journal_entries order by id`,
    await rig.sql`select * from tenant.line_call_handling order by id`,
  ];
  let routes = 0;
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in !== 'path') continue;
        routes++;
        const make = foreign[parameter.name];
        if (!make) throw new Error(`no foreign resource for ${parameter.name}: add one`);
        // Another tenant's, a colleague's, and one that never was.
        const never = parameter.name === 'lineId' ? newId('line') : newId('journalEntry');
        const ids = [await make(anna), await make(ben), never, 'rubbish'];
        const before = await stored();
        for (const id of ids) {
          const attacker = id === ids[1] ? anna : eve;
          const response = await rig.fetch(
            path.replace(`{${parameter.name}}`, encodeURIComponent(id)),
            await rig.token(attacker),
            {
              method: method.toUpperCase(),
              headers: { 'content-type': 'application/json' },
              ...(bodies[method] && { body: JSON.stringify(bodies[method]) }),
            },
          );
          expect([method, path, response.status]).toEqual([method, path, 404]);
          expect(await response.json()).toMatchObject({ code: 'not_found' });
        }
        expect(await stored()).toEqual(before);
      }
    }
  }
  expect(routes).toBe(3);
});
