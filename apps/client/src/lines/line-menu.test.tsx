import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { CallHandling } from '@trunkline/contracts/forwarding.ts';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bench, ben, createBench, incoming, show, startTexts } from '../testing/bench.tsx';
import { LineMenu } from './line-menu.tsx';

let bench: Bench;
const saved: CallHandling[] = [];
const path = '/v1/me/lines/lin_01jd3zq7w4e6v8t0n5m2k9h3xa/call-handling';
beforeAll(async () => {
  await Promise.all([startTexts(), import('./line-panel.tsx'), import('./forwarding-drawer.tsx')]);
});
beforeEach(() => {
  saved.length = 0;
  localStorage.clear();
  bench = createBench();
  bench.puts.set(path, (sent) => {
    saved.push(sent as CallHandling);
    return [200, sent];
  });
});
afterEach(() => {
  cleanup();
  bench.phone.stop();
});

async function open(): Promise<void> {
  show(bench, <LineMenu place="bottomStart" />);
  await userEvent.click(await screen.findByRole('button', { name: /^Line 20/ }));
  await screen.findByRole('region', { name: 'Line 20' });
}

test('do not disturb is switched for the line, and the button says so', async () => {
  await open();
  await userEvent.click(screen.getByRole('switch', { name: 'Do not disturb' }));
  await waitFor(() => expect(screen.getByRole('switch').getAttribute('aria-checked')).toBe('true'));
  expect(saved).toEqual([{ ...bench.me.lines[0]?.callHandling, doNotDisturb: true }]);
  expect(screen.getByRole('button', { name: 'Line 20: do not disturb is on' })).toBeTruthy();
});

test('what was refused is said and stays as it was', async () => {
  bench.puts.set(path, () => [403, { code: 'function_off', status: 403 }]);
  await open();
  await userEvent.click(screen.getByRole('switch'));
  expect(await screen.findByText(/not switched on for your line/)).toBeTruthy();
  expect(screen.getByRole('switch').getAttribute('aria-checked')).toBe('false');
});

test('forwarding reads in sentences, with names where they are known', async () => {
  const [line] = bench.me.lines;
  if (line)
    line.callHandling.forwarding = {
      always: null,
      busy: '0049 170',
      noAnswer: { number: '21', seconds: 15 },
      signedOut: '+491701234567',
    };
  await open();
  expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    'While you talk, calls to 20 go to 0049170.',
    'Calls to 20 go to Ben Weber (21) after 15 s.',
    'While you are signed out, calls to 20 go to +49 170 123 4567.',
    'Night service on',
  ]);
});

test('forwarding is set by name or number; what cannot be dialled is marked at its field', async () => {
  await open();
  await userEvent.click(screen.getByRole('button', { name: 'Change forwarding' }));
  const busy = await screen.findByRole('group', { name: 'While I talk' });
  await userEvent.click(within(busy).getByRole('checkbox'));
  await userEvent.type(within(busy).getByLabelText('To a colleague or number'), 'nobody');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(within(busy).getByText(/cannot be dialled/)).toBeTruthy();
  expect(saved).toEqual([]);
  const target = within(busy).getByLabelText('To a colleague or number');
  await userEvent.clear(target);
  await userEvent.type(target, 'ben weber');
  expect(within(busy).getByText('→ Ben Weber (21)')).toBeTruthy();
  const unanswered = screen.getByRole('group', { name: 'When I do not answer' });
  await userEvent.click(within(unanswered).getByRole('checkbox'));
  await userEvent.type(
    within(unanswered).getByLabelText('To a colleague or number'),
    '0170 / 123-456',
  );
  await userEvent.selectOptions(within(unanswered).getByLabelText('after'), '30');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() =>
    expect(saved).toEqual([
      {
        doNotDisturb: false,
        forwarding: {
          always: null,
          busy: ben.numbers[0]?.number,
          noAnswer: { number: '0170123456', seconds: 30 },
          signedOut: null,
        },
      },
    ]),
  );
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Save' })).toBeNull());
});

test('a target the service refuses is marked at its field', async () => {
  bench.puts.set(path, () => [
    400,
    {
      code: 'invalid_request',
      status: 400,
      errors: [{ pointer: '/forwarding/always', message: 'no' }],
    },
  ]);
  await open();
  await userEvent.click(screen.getByRole('button', { name: 'Change forwarding' }));
  const always = await screen.findByRole('group', { name: 'Always' });
  await userEvent.click(within(always).getByRole('checkbox'));
  await userEvent.type(within(always).getByLabelText('To a colleague or number'), '112');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await within(always).findByText(/cannot be dialled/)).toBeTruthy();
});

test('LIN-027 a feature code is dialled from an idle line only', async () => {
  await open();
  await userEvent.click(screen.getByRole('button', { name: 'Night service on' }));
  await waitFor(() =>
    expect(bench.commands[0]).toMatchObject({
      type: 'call.feature',
      data: { lineId: bench.me.lines[0]?.id, index: 0 },
    }),
  );
  act(() => bench.live.onEvent('call.changed', { call: incoming() }));
  await userEvent.click(screen.getByRole('button', { name: /^Line 20/ }));
  expect(await screen.findByText(/once this line is free/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Night service on' })).toBeNull();
});

test('LIN-026 what the line does not offer is not there; without a line there is no menu', async () => {
  const [line] = bench.me.lines;
  if (line) line.functions = ['dial'];
  await open();
  expect(screen.queryByRole('switch')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Change forwarding' })).toBeNull();
  cleanup();
  localStorage.clear();
  bench.me.lines = [];
  show(bench, <LineMenu place="bottomStart" />);
  await waitFor(() => expect(localStorage.getItem('trunkline.kept.me-2')).not.toBeNull());
  expect(screen.queryByRole('button')).toBeNull();
});
