/** A typed list of subscribers per event. */
export class Emitter<Events extends object> {
  readonly #handlers = new Map<keyof Events, Set<(detail: never) => void>>();

  /** Subscribes; the returned function ends the subscription. */
  on<E extends keyof Events>(event: E, handler: (detail: Events[E]) => void): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers);
    handlers.add(handler);
    return () => {
      handlers.delete(handler);
    };
  }

  /** Tells every subscriber, in the order of subscription. */
  emit<E extends keyof Events>(event: E, detail: Events[E]): void {
    for (const handler of [...(this.#handlers.get(event) ?? [])]) {
      (handler as (detail: Events[E]) => void)(detail);
    }
  }
}
