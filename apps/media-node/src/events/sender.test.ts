import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { expect, test, vi } from 'vitest';
import { FakeTime } from '../testing/fake-time.ts';
import { isAfter, type Position } from './segments.ts';
import { EventSender } from './sender.ts';

const logger = createLogger({ name: 'test', level: 'error', write: () => undefined });

/** A spool in memory with what the sender looks at. */
function source(events: Position[]) {
  let ready = () => {};
  return {
    acknowledged: { bootEpoch: 0, seq: 0 } as Position,
    async read(after: Position, limit: number) {
      return events.filter((event) => isAfter(event, after)).slice(0, limit) as EventEnvelope[];
    },
    async acknowledge(position: Position) {
      if (isAfter(position, this.acknowledged)) this.acknowledged = position;
    },
    onReady(handler: () => void) {
      ready = handler;
    },
    add(event: Position) {
      events.push(event);
      ready();
    },
  };
}
const epoch = (bootEpoch: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ bootEpoch, seq: index + 1 }));

function setUp(events: Position[]) {
  const time = new FakeTime();
  const spool = source(events);
  const sent: string[] = [];
  let accept = true;
  const sender = new EventSender({
    source: spool,
    send: (batch) => {
      if (accept) sent.push(batch.map((event) => `${event.bootEpoch}.${event.seq}`).join(' '));
      return accept;
    },
    scheduler: time,
    logger,
  });
  const expectSent = (...expected: string[]) =>
    vi.waitFor(() => {
      expect(sent).toEqual(expected);
      sent.length = 0;
    });
  return { time, spool, sent, sender, expectSent, setAccept: (on: boolean) => (accept = on) };
}

test('nothing is sent before the link is up, then everything, then what is new', async () => {
  const { spool, sent, sender, expectSent } = setUp(epoch(1, 2));
  spool.add({ bootEpoch: 1, seq: 3 });
  expect(sent).toEqual([]);
  sender.linkUp();
  await expectSent('1.1 1.2 1.3');
  spool.add({ bootEpoch: 1, seq: 4 });
  await expectSent('1.4');
});

test('after the link was down, the unacknowledged comes again', async () => {
  const { sender, expectSent } = setUp(epoch(1, 3));
  sender.linkUp();
  await expectSent('1.1 1.2 1.3');
  await sender.acknowledged({ bootEpoch: 1, seq: 2 });
  sender.linkDown();
  sender.linkUp();
  await expectSent('1.3');
});

test('a silent other side gets everything unacknowledged again', async () => {
  const { time, sender, expectSent } = setUp(epoch(1, 1));
  sender.linkUp();
  await expectSent('1.1');
  time.advance(15_000);
  await expectSent('1.1');
});

test('a new boot epoch waits until the one before is acknowledged', async () => {
  const { sender, expectSent, sent } = setUp([...epoch(1, 2), ...epoch(2, 1)]);
  sender.linkUp();
  await expectSent('1.1 1.2');
  await sender.acknowledged({ bootEpoch: 1, seq: 1 });
  expect(sent).toEqual([]);
  await sender.acknowledged({ bootEpoch: 1, seq: 2 });
  await expectSent('2.1');
});

test('a full link is tried again', async () => {
  const { time, sender, expectSent, setAccept } = setUp(epoch(1, 1));
  setAccept(false);
  sender.linkUp();
  await vi.waitFor(() => expect(time.waiting).toBe(1));
  setAccept(true);
  time.advance(1000);
  await expectSent('1.1');
});

test('only a bounded number is under way', async () => {
  const { sender, sent } = setUp(epoch(1, 3000));
  sender.linkUp();
  await vi.waitFor(() => expect(sent).toHaveLength(5));
  await sender.acknowledged({ bootEpoch: 1, seq: 200 });
  await vi.waitFor(() => expect(sent).toHaveLength(6));
});
