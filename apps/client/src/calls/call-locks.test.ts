import { expect, test, vi } from 'vitest';
import { createCallLocks } from './call-locks.ts';

/** The browser's locks (W3C Web Locks) as far as they are used: one holder a name, stealing. */
function lockManager(): LockManager {
  const holders = new Map<string, (reason: Error) => void>();
  const request = async (
    name: string,
    options: LockOptions,
    work: (lock: Lock | null) => unknown,
  ) => {
    await Promise.resolve();
    if (options.ifAvailable && holders.has(name)) return work(null);
    if (options.steal) holders.get(name)?.(new DOMException('stolen', 'AbortError'));
    return new Promise((resolve, reject) => {
      holders.set(name, reject);
      const own = reject;
      Promise.resolve(work({ name, mode: 'exclusive' } as Lock)).then((value) => {
        if (holders.get(name) === own) holders.delete(name);
        resolve(value);
      }, reject);
    });
  };
  return { request, query: async () => ({}) } as unknown as LockManager;
}

test('a call free of any window is taken once, and again after it was let go', async () => {
  const locks = createCallLocks(lockManager());
  const letGo = await locks.holdIfFree('cal_1', vi.fn());
  expect(letGo).not.toBeNull();
  expect(await locks.holdIfFree('cal_1', vi.fn())).toBeNull();
  expect(await locks.holdIfFree('cal_2', vi.fn())).not.toBeNull();
  letGo?.();
  await vi.waitFor(async () => expect(await locks.holdIfFree('cal_1', vi.fn())).not.toBeNull());
});

test('who takes a call tells the window that had it; letting go tells nobody', async () => {
  const locks = createCallLocks(lockManager());
  const taken = vi.fn();
  locks.hold('cal_1', taken);
  await Promise.resolve();
  const second = vi.fn();
  const letGo = locks.hold('cal_1', second);
  await vi.waitFor(() => expect(taken).toHaveBeenCalledOnce());
  letGo();
  await Promise.resolve();
  expect(second).not.toHaveBeenCalled();
});

test('without locks nothing is taken by itself, but by hand', async () => {
  const locks = createCallLocks(undefined);
  expect(await locks.holdIfFree('cal_1', vi.fn())).toBeNull();
  expect(locks.hold('cal_1', vi.fn())).toBeTypeOf('function');
});
