/** One event of a stream of server-sent events (WHATWG HTML §9.2). */
export interface ServerEvent {
  /** `message` where the service names none. */
  readonly event: string;
  readonly data: string;
}

/** Longest event taken, characters; what is longer ends the stream. */
const maxLength = 512 * 1024;

/**
 * Reads server-sent events from the body of an answer: by fetch and not by EventSource, which
 * cannot send a bearer token. Comments, ids and retry times are passed over; a last event that is
 * not complete is none.
 * @throws Error when an event is longer than 512 Ki characters, and whatever breaks the stream
 */
export async function* readServerEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerEvent, void, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  let data: string[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A CR at the end may be half of a CRLF: it waits for what follows.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { event: event || 'message', data: data.join('\n') };
          [event, data, length] = ['', [], 0];
          continue;
        }
        const [, name, text = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
        if (name === 'event') event = text;
        if (name === 'data') {
          data.push(text);
          length += text.length + 1;
        }
      }
      if (length + rest.length > maxLength) throw new Error('event too long');
    }
  } finally {
    // Whoever stops reading also stops the service from sending.
    await reader.cancel().catch(() => undefined);
  }
}
