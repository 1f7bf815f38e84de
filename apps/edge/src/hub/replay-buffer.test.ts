import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createReplayBuffer } from './replay-buffer.ts';

test('frames are numbered from 1 and come back after any number still kept', () => {
  const buffer = createReplayBuffer(10, 1000);
  for (const body of ['a', 'b', 'c']) buffer.add(body);
  expect(buffer.after(1)).toEqual([
    { seq: 2, body: 'b' },
    { seq: 3, body: 'c' },
  ]);
  expect(buffer.after(3)).toEqual([]);
  expect(buffer.after(4)).toBeUndefined();
});

test('an acknowledgement forgets; one for a frame never sent is refused', () => {
  const buffer = createReplayBuffer(10, 1000);
  for (const body of ['a', 'b', 'c']) buffer.add(body);
  expect(buffer.acknowledge(2)).toBe(true);
  expect(buffer.size).toBe(1);
  expect(buffer.acknowledge(1)).toBe(true);
  expect(buffer.size).toBe(1);
  expect(buffer.after(1)).toBeUndefined();
  expect(buffer.acknowledge(4)).toBe(false);
});

test('both bounds hold, and what fell out cannot be resumed over', () => {
  const byCount = createReplayBuffer(2, 1000);
  for (const body of ['a', 'b', 'c']) byCount.add(body);
  expect(byCount.after(0)).toBeUndefined();
  expect(byCount.after(1)?.map((frame) => frame.body)).toEqual(['b', 'c']);
  const bySize = createReplayBuffer(100, 5);
  for (const body of ['aaa', 'bbb', 'c']) bySize.add(body);
  expect(bySize.after(0)).toBeUndefined();
  expect(bySize.size).toBe(2);
});

test('it behaves like a list that is cut at both ends, whatever the order of calls', () => {
  const step = fc.oneof(
    fc.record({ add: fc.string({ maxLength: 8 }) }),
    fc.record({ ack: fc.nat(300) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const buffer = createReplayBuffer(20, 60);
      let model: { seq: number; body: string }[] = [];
      let last = 0;
      for (const action of steps) {
        if ('add' in action) {
          last = buffer.add(action.add);
          model.push({ seq: last, body: action.add });
          const bytes = () => model.reduce((sum, frame) => sum + frame.body.length, 0);
          while (model.length > 20 || bytes() > 60) model.shift();
        } else if (buffer.acknowledge(action.ack))
          model = model.filter((frame) => frame.seq > action.ack);
        expect(buffer.size).toBe(model.length);
        expect(buffer.after(last - model.length)).toEqual(model);
      }
    }),
  );
});
