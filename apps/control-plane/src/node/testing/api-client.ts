import { randomUUID } from 'node:crypto';
import type { Problem } from '@trunkline/contracts/errors.ts';

/** An answer, whatever its status; bodies are looked at as tests please. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
  /** The problem's code, if it is one. */
  readonly code: string | undefined;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  /** Undefined takes a default header away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A caller of the API in tests. */
export interface Api {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any answer
  call<T = any>(method: string, path: string, options?: CallOptions): Promise<Answer<T>>;
  /** @throws unless the answer is 2xx */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any answer
  ok<T = any>(method: string, path: string, body?: unknown): Promise<T>;
  /** The same caller with these headers. */
  with(headers: Readonly<Record<string, string>>): Api;
}

/** @param token API key or access token */
export function apiAt(
  url: string,
  token?: string,
  more: Readonly<Record<string, string>> = {},
): Api {
  const api: Api = {
    async call<T>(method: string, path: string, options: CallOptions = {}) {
      const text =
        options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
      const wanted: Record<string, string | undefined> = {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
        ...(text !== undefined && { 'content-type': 'application/json' }),
        ...more,
        ...options.headers,
      };
      const headers = new Headers();
      for (const [name, value] of Object.entries(wanted))
        if (value !== undefined) headers.set(name, value);
      const response = await fetch(new URL(path, url), {
        method,
        headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(20_000),
        ...(text !== undefined && { body: text }),
      });
      const answer = await response.text();
      const json = /json/.test(response.headers.get('content-type') ?? '') && answer !== '';
      const body = (json ? JSON.parse(answer) : answer) as T;
      const problem = response.status >= 400 && json ? (body as Partial<Problem>) : undefined;
      return { status: response.status, body, headers: response.headers, code: problem?.code };
    },
    async ok<T>(method: string, path: string, body?: unknown) {
      const answer = await api.call<T>(method, path, { body });
      if (answer.status >= 300)
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    with: (headers) => apiAt(url, token, { ...more, ...headers }),
  };
  return api;
}
