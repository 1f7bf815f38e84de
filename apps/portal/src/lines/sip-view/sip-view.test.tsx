import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { show, startTexts } from '../../testing/bench.tsx';
import { SipView } from './sip-view.tsx';

beforeAll(startTexts);
afterEach(cleanup);

const path = 'GET /v1/lines/lin_1/sip-events';
const encoder = new TextEncoder();

/** A stream of the service, spoken by the test. */
function stream() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
  });
  return {
    body,
    say: (text: string) => controller?.enqueue(encoder.encode(text)),
  };
}
const message = (more: object) =>
  `data: ${JSON.stringify({
    id: 'evt_1',
    at: '2026-11-23T09:00:00.123Z',
    callId: null,
    direction: 'out',
    startLine: 'REGISTER sip:pbx SIP/2.0',
    cseq: '1 REGISTER',
    peer: '192.0.2.1:5060',
    text: 'REGISTER sip:pbx SIP/2.0\r\nMax-Forwards: 70',
    ...more,
  })}\n\n`;
const rows = () => within(screen.getByRole('log')).queryAllByRole('listitem');

test('LIN-021 messages stand in the log with direction and meaning in words', async () => {
  const { body, say } = stream();
  show(<SipView lineId="lin_1" />, new Map([[path, () => new Response(body)]]));
  expect(await screen.findByText('No message yet')).toBeTruthy();
  say(message({}));
  say(
    message({
      id: 'evt_2',
      direction: 'in',
      startLine: 'SIP/2.0 403 Forbidden',
      text: null,
      callId: 'cal_1',
    }),
  );
  await waitFor(() => expect(rows()).toHaveLength(2));
  const [first, second] = rows();
  expect(first?.textContent).toContain('To the telephone system');
  expect(first?.textContent).toContain('Registration: request');
  expect(first?.textContent).toContain('Max-Forwards: 70');
  expect(second?.textContent).toContain('From the telephone system');
  expect(second?.textContent).toContain('Registration: refused');
  expect(
    within(second as HTMLElement)
      .getByRole('link', { name: 'Timeline of the call' })
      .getAttribute('href'),
  ).toBe('/calls/cal_1');
  expect(screen.getByRole('log').tabIndex).toBe(0);
});

test('paused, messages are counted; then they come, and the view can be begun again', async () => {
  const streams = [stream(), stream()];
  let opened = 0;
  show(
    <SipView lineId="lin_1" />,
    new Map([[path, () => new Response(streams[opened++]?.body ?? null)]]),
  );
  await waitFor(() => expect(screen.getByRole('status').textContent).toContain('Live'));
  await userEvent.click(screen.getByRole('button', { name: 'Pause' }));
  streams[0]?.say(message({}));
  await waitFor(() => expect(screen.getByRole('status').textContent).toContain('1 new message'));
  expect(rows()).toHaveLength(0);
  await userEvent.click(screen.getByRole('button', { name: 'Resume' }));
  expect(rows()).toHaveLength(1);
  streams[0]?.say('event: end\ndata: {}\n\n');
  await waitFor(() => expect(screen.getByRole('status').textContent).toContain('Ended'));
  expect(rows()).toHaveLength(1);
  await userEvent.click(screen.getByRole('button', { name: 'Watch again' }));
  await waitFor(() => expect(screen.getByRole('status').textContent).toContain('Live'));
  expect(opened).toBe(2);
});

test('a refusal is said in words', async () => {
  const problem = {
    type: 'urn:x',
    code: 'rate_limited',
    title: 'x',
    status: 429,
    traceId: 'abc',
  };
  show(
    <SipView lineId="lin_1" />,
    new Map([[path, () => Response.json(problem, { status: 429 })]]),
  );
  await waitFor(() => expect(screen.getByRole('status').textContent).toContain('Interrupted'));
  expect(screen.getByRole('status').textContent?.length).toBeGreaterThan('Interrupted'.length + 10);
  expect(screen.getByRole('button', { name: 'Watch again' })).toBeTruthy();
});
