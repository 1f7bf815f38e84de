/**
 * A small typed event emitter. `Events` maps each event name to the arguments of its handlers.
 *
 * @example
 * const stop = call.on('answered', (response) => { … });
 * stop();
 */
export class Emitter<Events extends { [name: string]: unknown[] }> {
  /** By event; a list is never changed but replaced, as handlers come and go while it is walked. */
  private handlers: { [K in keyof Events]?: readonly ((...args: Events[K]) => void)[] } = {};

  /** Calls `handler` on every such event; the function it gives takes the handler away again. */
  on<K extends keyof Events>(event: K, handler: (...args: Events[K]) => void): () => void {
    const list = this.handlers[event];
    if (list === undefined) this.handlers[event] = [handler];
    else if (!list.includes(handler)) this.handlers[event] = [...list, handler];
    return () => this.off(event, handler);
  }

  off<K extends keyof Events>(event: K, handler: (...args: Events[K]) => void): void {
    this.handlers[event] = this.handlers[event]?.filter((each) => each !== handler);
  }

  /**
   * Calls the handlers in the order they came. One that throws does not keep the others, nor the
   * protocol, from going on; its error surfaces as an uncaught one.
   *
   * @returns whether there was any handler
   */
  emit<K extends keyof Events>(event: K, ...args: Events[K]): boolean {
    const list = this.handlers[event];
    if (list === undefined || list.length === 0) return false;
    for (const handler of list) {
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
