/** Which packets of a stream were seen already (RFC 3711 §3.3.2). */

/** Packets behind the newest that may still come; older ones count as replayed. */
const SIZE = 128;

export class ReplayWindow {
  readonly #seen = new Uint8Array(SIZE);
  #newest = -1;

  /** The highest index taken, −1 before the first. */
  get newest(): number {
    return this.#newest;
  }

  /** Whether a packet of this index may be taken. */
  admits(index: number): boolean {
    if (index > this.#newest) return true;
    return this.#newest - index < SIZE && this.#seen[index % SIZE] === 0;
  }

  /** Remembers an authenticated packet. */
  add(index: number): void {
    if (index > this.#newest) {
      const from = Math.max(this.#newest + 1, index - SIZE + 1);
      for (let i = from; i < index; i++) this.#seen[i % SIZE] = 0;
      this.#newest = index;
    }
    this.#seen[index % SIZE] = 1;
  }
}
