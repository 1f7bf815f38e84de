/**
 * What a stream has sent and its client has not acknowledged, oldest first. Bodies are shared
 * between the sessions of a fan-out, so an entry costs a number and a reference.
 */
export interface ReplayBuffer {
  /** Number of the last frame added; 0 before the first. */
  readonly lastSeq: number;
  readonly size: number;
  /** Adds a frame body; the oldest fall out when a bound is passed. Returns its number. */
  add(body: string): number;
  /** Forgets everything up to `seq`. False when `seq` was never sent. */
  acknowledge(seq: number): boolean;
  /** The frames after `seq`, or undefined when some of them have fallen out already. */
  after(seq: number): { seq: number; body: string }[] | undefined;
}

/**
 * @param maxFrames most frames kept
 * @param maxBytes most UTF-16 units of bodies kept, which bounds bytes for the ASCII of our frames
 */
export function createReplayBuffer(maxFrames: number, maxBytes: number): ReplayBuffer {
  let bodies: string[] = [];
  /** Entries before `head` are forgotten; they are cut off now and then, not one by one. */
  let head = 0;
  let bytes = 0;
  let lastSeq = 0;

  const firstKept = () => lastSeq - (bodies.length - head) + 1;

  function drop(count: number): void {
    for (let index = head; index < head + count; index++) bytes -= bodies[index]?.length ?? 0;
    head += count;
    if (head === bodies.length) {
      bodies = [];
      head = 0;
    } else if (head > 64 && head * 2 > bodies.length) {
      bodies = bodies.slice(head);
      head = 0;
    }
  }

  return {
    get lastSeq() {
      return lastSeq;
    },
    get size() {
      return bodies.length - head;
    },
    add(body) {
      bodies.push(body);
      bytes += body.length;
      lastSeq += 1;
      while (bodies.length - head > maxFrames || bytes > maxBytes) drop(1);
      return lastSeq;
    },
    acknowledge(seq) {
      if (seq > lastSeq) return false;
      const count = seq - firstKept() + 1;
      if (count > 0) drop(count);
      return true;
    },
    after(seq) {
      if (seq > lastSeq || seq < firstKept() - 1) return undefined;
      return bodies
        .slice(head + (seq - firstKept() + 1))
        .map((body, index) => ({ seq: seq + 1 + index, body }));
    },
  };
}
