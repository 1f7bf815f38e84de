import { randomUUID } from 'node:crypto';
import type { Problem } from '@trunkline/contracts/errors.ts';
import type { Page } from '@trunkline/contracts/pages.ts';

/** The API answered with a problem document. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly problem: Partial<Problem>;

  constructor(request: string, status: number, problem: Partial<Problem>) {
    const fields = (problem.errors ?? []).map(
      (error) => `\n  ${error.pointer || '/'}: ${error.message}`,
    );
    const what = problem.detail ?? problem.title ?? 'no details';
    super(`${request}: ${status} ${problem.code ?? ''} ${what}${fields.join('')}`);
    this.status = status;
    this.problem = problem;
  }
}

export interface ApiClientOptions {
  /** Base address, for example `https://uc.example`. */
  baseUrl: string;
  apiKey: string;
  /** Longest time of one request, milliseconds. */
  timeoutMs?: number;
}

export interface ApiClient {
  get<T>(path: string): Promise<T>;
  /** All pages of a list. */
  list<T>(path: string): Promise<T[]>;
  post<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  /** Sends a CSV file as its bytes are. */
  postCsv<T>(path: string, file: Uint8Array<ArrayBuffer>): Promise<T>;
  /** The body as text, whatever it is. */
  getText(path: string): Promise<string>;
  /** The same client, acting inside one tenant. */
  inTenant(tenantId: string): ApiClient;
}

const maxPages = 1000;

/** Client of the public API with an API key. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  return clientFor(options, undefined);
}

function clientFor(options: ApiClientOptions, tenantId: string | undefined): ApiClient {
  const { baseUrl, apiKey, timeoutMs = 30_000 } = options;

  async function send(
    method: string,
    path: string,
    body?: { type: string; content: string | Uint8Array<ArrayBuffer> },
  ): Promise<string> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${apiKey}`,
      accept: 'application/json, text/csv',
    };
    if (tenantId) headers['trunkline-tenant'] = tenantId;
    if (method === 'POST') headers['idempotency-key'] = randomUUID();
    if (body) headers['content-type'] = body.type;
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers,
      ...(body && { body: body.content }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (!response.ok) throw new ApiError(`${method} ${path}`, response.status, problemOf(text));
    return text;
  }

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const text = await send(
      method,
      path,
      body === undefined ? undefined : { type: 'application/json', content: JSON.stringify(body) },
    );
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    put: (path, body) => call('PUT', path, body),
    postCsv: async (path, file) =>
      JSON.parse(await send('POST', path, { type: 'text/csv', content: file })),
    getText: (path) => send('GET', path),
    inTenant: (id) => clientFor(options, id),
    async list<T>(path: string) {
      const items: T[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < maxPages; page++) {
        const query: string =
          cursor === null ? 'limit=200' : `limit=200&cursor=${encodeURIComponent(cursor)}`;
        const answer: Page<T> = await call(
          'GET',
          `${path}${path.includes('?') ? '&' : '?'}${query}`,
        );
        items.push(...answer.items);
        cursor = answer.nextCursor;
        if (cursor === null) return items;
      }
      throw new Error(`${path}: more than ${maxPages} pages`);
    },
  };
}

function problemOf(text: string): Partial<Problem> {
  try {
    return JSON.parse(text) as Partial<Problem>;
  } catch {
    return { detail: text.slice(0, 200) };
  }
}
