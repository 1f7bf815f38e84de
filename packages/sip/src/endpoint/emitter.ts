/**
 * A small typed event emitter. `Events` maps each event name to the arguments of its handlers.
 *
 * @example
 * const stop = call.on('answered', (response) => { … });
 * stop();
 */
export class Emitter<Events extends { [name: string]: unknown[] }> {
  private handlers: { [K in keyof Events]?: Set<(...args: Events[K]) => void> } = {};

  /** Calls `handler` on every such event; the function it gives takes the handler away again. */
  on<K extends keyof Events>(event: K, handler: (...args: Events[K]) => void): () => void {
    const set = this.handlers[event] ?? new Set();
    this.handlers[event] = set;
    set.add(handler);
    return () => this.off(event, handler);
  }

  off<K extends keyof Events>(event: K, handler: (...args: Events[K]) => void): void {
    this.handlers[event]?.delete(handler);
  }

  /**
   * Calls the handlers in the order they came. One that throws does not keep the others, nor the
   * protocol, from going on; its error surfaces as an uncaught one.
   *
   * @returns whether there was any handler
   */
  emit<K extends keyof Events>(event: K, ...args: Events[K]): boolean {
    const set = this.handlers[event];
    if (set === undefined || set.size === 0) return false;
    for (const handler of [...set]) {
      try {
        handler(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    return true;
  }

  /** Lets go of all handlers, and whatever they hold: nothing more will happen. */
  protected dropHandlers(): void {
    this.handlers = {};
  }
}
