import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { ApiError } from '@trunkline/ui/api/errors.ts';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  anna,
  type Bench,
  ben,
  createBench,
  incoming,
  show,
  startTexts,
} from '../testing/bench.tsx';
import { CallLayer } from './call-layer.tsx';

let bench: Bench;
beforeAll(async () => {
  await Promise.all([
    startTexts(),
    import('./ring-cards.tsx'),
    import('./call-card.tsx'),
    import('./waiting-calls.tsx'),
    import('./transfer-panel.tsx'),
    import('./redirect-panel.tsx'),
    import('./call-details.tsx'),
  ]);
});
beforeEach(() => {
  bench = createBench();
  show(bench, <CallLayer />);
});
afterEach(() => {
  cleanup();
  bench.phone.stop();
});

const first = 'cal_01jd3zq7w4e6v8t0n5m2k9h3xa';
const second = 'cal_01jd3zq7w4e6v8t0n5m2k9h3xb';
const clara = { number: '+49301234522', display: '22', name: 'Clara Roth', userId: null };
const connected = (more: Partial<CallView> = {}) =>
  incoming({
    direction: 'outgoing',
    state: 'connected',
    deviceId: anna.deviceId as CallView['deviceId'],
    answeredAt: new Date().toISOString(),
    ...more,
  });
const changed = (call: CallView) => act(() => bench.live.onEvent('call.changed', { call }));
const sent = () => bench.commands.map(({ type }) => type);
const button = (name: string | RegExp) => screen.getByRole('button', { name });

/** A call with Ben that goes on in this window. */
async function talking(more: Partial<CallView> = {}): Promise<void> {
  bench.answers.set('call.dial', async () => ({ callId: first, sdp: 'v=0 an answer' }));
  act(() => bench.phone.dial('+49301234521'));
  await waitFor(() => expect(bench.phone.legs.get()[0]?.phase).toBe('live'));
  changed(connected(more));
  await screen.findByRole('button', { name: 'Hang up' });
  bench.commands.length = 0;
}

/** Ben waits while Clara is on the line. */
async function consulting(): Promise<void> {
  await talking();
  bench.answers.set('call.dial', async () => ({ callId: second, sdp: 'v=0 an answer' }));
  act(() => bench.phone.dial('+49301234522'));
  await waitFor(() => expect(sent()).toEqual(['call.hold', 'call.dial']));
  changed(connected({ held: true }));
  changed(connected({ id: second, remote: clara }));
  await screen.findByRole('region', { name: 'On hold: Ben Weber' });
  bench.commands.length = 0;
}

test('hold and resume, by button and by key; a refusal is said', async () => {
  await talking();
  await userEvent.click(button('Hold call'));
  expect(sent()).toEqual(['call.hold']);
  changed(connected({ held: true }));
  expect(screen.getAllByText('On hold').length).toBeGreaterThan(0);
  fireEvent.keyDown(document.body, { code: 'KeyH', key: 'h', altKey: true });
  expect(sent()).toEqual(['call.hold', 'call.resume']);
  bench.answers.set('call.resume', async () => {
    throw new ApiError('call_state');
  });
  await userEvent.click(button('Resume call'));
  expect(await screen.findByText(/not possible in the current state/)).toBeTruthy();
});

test('that the other side holds is shown, and no sound is not a problem then', async () => {
  await talking({ remoteHeld: true });
  expect(screen.getAllByText('The other side has put you on hold').length).toBeGreaterThan(0);
});

test('LIN-026 what the line does not offer is not there', async () => {
  await talking({ functions: ['hang_up'] });
  expect(button('Hang up')).toBeTruthy();
  for (const name of ['Hold call', 'Transfer call', 'Keypad'])
    expect(screen.queryByRole('button', { name })).toBeNull();
  fireEvent.keyDown(document.body, { code: 'KeyH', key: 'h', altKey: true });
  fireEvent.keyDown(document.body, { code: 'KeyT', key: 't', altKey: true });
  expect(bench.commands).toEqual([]);
});

test('a call is handed over at once to somebody found by name', async () => {
  await talking();
  await userEvent.click(button('Transfer call'));
  await userEvent.type(await screen.findByRole('combobox', { name: 'Transfer to' }), 'web');
  await userEvent.click(button('Transfer now'));
  expect(bench.commands).toEqual([
    { type: 'call.transfer', data: { callId: first, number: '+49301234521' } },
  ]);
  changed(connected({ transferring: true }));
  expect(screen.getAllByText('Being transferred …').length).toBeGreaterThan(0);
  expect(screen.queryByRole('button', { name: 'Hold call' })).toBeNull();
  expect(screen.queryByRole('combobox')).toBeNull();
  changed(connected());
  expect(await screen.findByText(/The transfer did not work/)).toBeTruthy();
  changed(connected({ transferring: true }));
  expect(screen.queryByText(/The transfer did not work/)).toBeNull();
});

test('a transfer that fails says so, and the call is still there', async () => {
  await talking();
  bench.answers.set('call.transfer', async () => {
    throw new ApiError('transfer_failed');
  });
  await userEvent.click(button('Transfer call'));
  await userEvent.type(await screen.findByRole('combobox', { name: 'Transfer to' }), '0151 / 55');
  await userEvent.click(button('Transfer now'));
  expect(await screen.findByText(/The transfer did not work/)).toBeTruthy();
  expect(bench.commands[0]?.data.number).toBe('015155');
});

test('asking first calls while the other waits; then both are connected', async () => {
  await talking();
  await userEvent.click(button('Transfer call'));
  await userEvent.type(await screen.findByRole('combobox', { name: 'Transfer to' }), '22');
  await userEvent.click(button('Ask first'));
  await waitFor(() => expect(sent()).toEqual(['call.hold', 'call.dial']));
  cleanup();
});

test('two calls: one in full, one in a line, swapped and joined', async () => {
  await consulting();
  const row = within(screen.getByRole('region', { name: 'On hold: Ben Weber' }));
  expect(screen.getByRole('region', { name: 'Call: Clara Roth' })).toBeTruthy();
  await userEvent.click(row.getByRole('button', { name: 'Swap to Ben Weber' }));
  fireEvent.keyDown(document.body, { code: 'KeyW', key: 'w', altKey: true });
  await userEvent.click(row.getByRole('button', { name: 'Connect with Clara Roth' }));
  expect(bench.commands).toEqual([
    { type: 'call.resume', data: { callId: first } },
    { type: 'call.resume', data: { callId: first } },
    { type: 'call.connect', data: { callId: first, otherCallId: second } },
  ]);
  changed(connected());
  changed(connected({ id: second, remote: clara, held: true }));
  expect(await screen.findByRole('region', { name: 'On hold: Clara Roth' })).toBeTruthy();
  expect(screen.getByRole('region', { name: 'Call: Ben Weber' })).toBeTruthy();
});

test('the one who waits is joined with a target that still rings', async () => {
  await consulting();
  const row = within(screen.getByRole('region', { name: 'On hold: Ben Weber' }));
  const connect = () => row.queryByRole('button', { name: 'Connect with Clara Roth' });
  const target = (more: Partial<CallView>) =>
    changed(connected({ id: second, remote: clara, functions: ['hang_up'], ...more }));
  // Nothing to join with before it rings, and help that is called is not given away.
  target({ state: 'dialling', answeredAt: null });
  expect(connect()).toBeNull();
  target({ state: 'ringing', answeredAt: null, emergency: true });
  expect(connect()).toBeNull();
  target({ state: 'ringing', answeredAt: null });
  await userEvent.click(connect() as HTMLElement);
  expect(bench.commands).toEqual([
    { type: 'call.connect', data: { callId: first, otherCallId: second } },
  ]);
  changed(connected({ held: true, functions: ['hang_up'] }));
  expect(connect()).toBeNull();
});

test('LIN-026 of a ringing call nothing is offered that is off, not by key either', async () => {
  changed(incoming({ functions: [] }));
  await screen.findByRole('region', { name: 'Call from Ben Weber' });
  for (const name of [/Answer/, /Reject/, /Send to/])
    expect(screen.queryByRole('button', { name })).toBeNull();
  for (const key of ['a', 'r'])
    fireEvent.keyDown(document.body, { code: `Key${key.toUpperCase()}`, key, altKey: true });
  expect(bench.commands).toEqual([]);
});

test('a second caller is told softly and can be answered three ways', async () => {
  await talking();
  const caller = incoming({ id: second, remote: clara });
  changed(caller);
  await screen.findByRole('region', { name: 'Call from Clara Roth' });
  expect(bench.rings).toMatchObject({ started: 0, waiting: 1 });
  await userEvent.click(button(/^Hold and answer/));
  await waitFor(() => expect(sent()).toEqual(['call.hold', 'call.answer']));
});

test('to end and answer hangs up first', async () => {
  await talking();
  changed(incoming({ id: second, remote: clara }));
  await userEvent.click(await screen.findByRole('button', { name: /^End and answer/ }));
  await waitFor(() => expect(sent()).toEqual(['call.hangup', 'call.answer']));
});

test('where the running call cannot be held there is one way to answer', async () => {
  await talking({ functions: ['hang_up'] });
  changed(incoming({ id: second, remote: clara }));
  expect(await screen.findByRole('button', { name: /^End and answer/ })).toBeTruthy();
  expect(screen.queryByRole('button', { name: /^Hold and answer/ })).toBeNull();
});

test('a ringing call is sent on to a number or the own mailbox, and shows who forwarded it', async () => {
  cleanup();
  bench.phone.stop();
  const self = { ...ben, id: anna.id as typeof ben.id, displayName: anna.displayName };
  bench = createBench([
    ben,
    { ...self, numbers: [{ slot: 'mailbox', number: '+493012345900', display: '900' }] },
  ]);
  show(bench, <CallLayer />);
  changed(incoming({ forwardedBy: clara }));
  const card = within(await screen.findByRole('region', { name: 'Call from Ben Weber' }));
  expect(card.getByText('forwarded by Clara Roth')).toBeTruthy();
  await userEvent.click(card.getByRole('button', { name: 'Send to …' }));
  await card.findByRole('combobox');
  await userEvent.keyboard('{Escape}');
  expect(document.activeElement).toBe(card.getByRole('button', { name: 'Send to …' }));
  await userEvent.keyboard('{Enter}');
  await userEvent.click(await card.findByRole('button', { name: 'To my mailbox' }));
  await userEvent.click(card.getByRole('button', { name: 'Send to …' }));
  await userEvent.type(await card.findByRole('combobox'), '0170 123');
  await userEvent.click(card.getByRole('button', { name: 'Send' }));
  expect(bench.commands).toEqual([
    { type: 'call.redirect', data: { callId: first, number: '+493012345900' } },
    { type: 'call.redirect', data: { callId: first, number: '0170123' } },
  ]);
});

test('VOX-122 the details say what is encrypted and how each part sounds', async () => {
  await talking({ pbxEncrypted: false });
  act(() =>
    bench.live.onEvent('call.quality', {
      callId: first,
      quality: {
        client: null,
        pbx: {
          codec: 'PCMA',
          encrypted: false,
          lossPercent: 7.25,
          jitterMs: 41,
          roundTripMs: 12,
          mos: 2.4,
        },
      },
    }),
  );
  expect(screen.getByText('Poor connection')).toBeTruthy();
  await userEvent.click(button(/Voice quality: poor/));
  const table = within(await screen.findByRole('table'));
  for (const text of ['PCMA', '7.3 %', '41 ms', '12 ms', '2.4'])
    expect(table.getByText(text)).toBeTruthy();
  expect(screen.getByText('Not encrypted to the telephone system')).toBeTruthy();
});

test('the focus goes to the call and comes back after the last one', async () => {
  const before = document.createElement('button');
  document.body.append(before);
  before.focus();
  await talking();
  const card = screen.getByRole('region', { name: 'Call: Ben Weber' });
  await waitFor(() => expect(document.activeElement).toBe(card));
  act(() => bench.phone.hangUp(bench.phone.legs.get()[0]?.key ?? ''));
  act(() =>
    bench.live.onEvent('snapshot', { presence: {}, calls: [], ownManual: null, lines: {} }),
  );
  await waitFor(() => expect(document.activeElement).toBe(before));
  before.remove();
});

test('a part that closes by key gives the focus to the button that opens it', async () => {
  await talking();
  const open = async (key: string, code: string) =>
    act(() => {
      fireEvent.keyDown(document.body, { code, key, altKey: true });
    });
  await open('t', 'KeyT');
  const target = await screen.findByRole('combobox', { name: 'Transfer to' });
  await waitFor(() => expect(document.activeElement).toBe(target));
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('combobox')).toBeNull();
  expect(document.activeElement).toBe(button('Transfer call'));
  await open('k', 'KeyK');
  expect(document.activeElement?.textContent).toBe('1');
  await userEvent.keyboard('{Escape}');
  expect(document.activeElement).toBe(button('Keypad'));
  expect(bench.commands).toEqual([]);
});

test('Alt+C joins the calls that Connect would join, and does nothing else', async () => {
  const connect = () => fireEvent.keyDown(document.body, { code: 'KeyC', key: 'c', altKey: true });
  await consulting();
  connect();
  expect(bench.commands).toEqual([
    { type: 'call.connect', data: { callId: first, otherCallId: second } },
  ]);
  changed(connected({ held: true, functions: ['hang_up', 'hold'] }));
  connect();
  expect(bench.commands).toHaveLength(1);
});

test('a call hung up does not take the focus back when its end is shown', async () => {
  const before = document.createElement('button');
  document.body.append(before);
  before.focus();
  await talking();
  await userEvent.click(button('Hang up'));
  await waitFor(() => expect(document.activeElement).toBe(before));
  const end = { by: 'local', cause: 'normal', sipCode: null, elsewhere: false } as const;
  changed(connected({ state: 'ended', end }));
  expect(screen.getByRole('region', { name: 'Call: Ben Weber' }).textContent).toContain(
    'Call ended',
  );
  expect(document.activeElement).toBe(before);
  before.remove();
});

test('of a call the other side ended the focus leaves at once', async () => {
  const before = document.createElement('button');
  document.body.append(before);
  before.focus();
  await talking();
  await waitFor(() =>
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Call: Ben Weber'),
  );
  const end = { by: 'remote', cause: 'normal', sipCode: null, elsewhere: false } as const;
  changed(connected({ state: 'ended', end }));
  expect(screen.getByRole('region', { name: 'Call: Ben Weber' }).textContent).toContain(
    'Call ended',
  );
  await waitFor(() => expect(document.activeElement).toBe(before));
  before.remove();
});

test('with several calls each change is said with its name', async () => {
  await consulting();
  const said = [...document.querySelectorAll('[aria-live="polite"]')].map((one) => one.textContent);
  expect(said.join(' ')).toContain('Ben Weber: On hold');
  expect(said.join(' ')).toContain('Clara Roth: Connected');
});
