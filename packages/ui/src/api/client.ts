import type { Page } from '@trunkline/contracts/pages.ts';
import { ApiError } from './errors.ts';
import {
  type ApiFile,
  type Fetch,
  fetchFile,
  fetchJson,
  fetchStream,
  type JsonRequest,
} from './fetch-json.ts';
import type { Session } from './session.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  query?: Query;
  signal?: AbortSignal;
  /** Version the change is based on; another one answers `precondition_failed`. */
  version?: number;
}

/** The typed door to `/v1`. Every method throws ApiError. */
export interface Api {
  get<T>(path: string, options?: RequestOptions): Promise<T>;
  post<T>(path: string, body: unknown, options?: RequestOptions): Promise<T>;
  put<T>(path: string, body: unknown, options?: RequestOptions): Promise<T>;
  patch<T>(path: string, body: unknown, options?: RequestOptions): Promise<T>;
  delete(path: string, options?: RequestOptions): Promise<void>;
  /** All pages of a list, up to `limit` items. */
  all<T>(path: string, options?: RequestOptions & { limit?: number }): Promise<T[]>;
  /** A file of the API. */
  download(path: string, options?: RequestOptions): Promise<ApiFile>;
  /** An answer that goes on, such as a live view; ends with the signal. */
  stream(path: string, options?: RequestOptions): Promise<ReadableStream<Uint8Array>>;
  /** Posts a file as text and answers what became of it. */
  upload<T>(path: string, text: string, contentType: string, options?: RequestOptions): Promise<T>;
}

/** Builds `/v1/x?a=1`, leaving out what is undefined or empty. */
export function pathWith(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

export function createApi(session: Session, fetch: Fetch): Api {
  async function send<T>(
    method: JsonRequest['method'],
    path: string,
    content: Pick<JsonRequest, 'body' | 'file'>,
    options: RequestOptions = {},
    exchange: (fetch: Fetch, request: JsonRequest) => Promise<T> = fetchJson,
  ): Promise<T> {
    // The same key on the second try: the service answers what it did the first time.
    const key = crypto.randomUUID();
    const attempt = (token: string) =>
      exchange(fetch, {
        method,
        path: pathWith(path, options.query),
        ...content,
        ...(options.signal ? { signal: options.signal } : {}),
        headers: {
          authorization: `Bearer ${token}`,
          ...(method === 'POST' ? { 'idempotency-key': key } : {}),
          ...(options.version === undefined ? {} : { 'if-match': `"${options.version}"` }),
        },
      });
    const token = await session.accessToken();
    try {
      return await attempt(token);
    } catch (error) {
      const ended = error instanceof ApiError && error.status === 401;
      if (!ended || error.code === 'invalid_credentials') throw error;
      return attempt(await session.refresh(token));
    }
  }

  const api: Api = {
    get: (path, options) => send('GET', path, {}, options),
    post: (path, body, options) => send('POST', path, { body }, options),
    put: (path, body, options) => send('PUT', path, { body }, options),
    patch: (path, body, options) => send('PATCH', path, { body }, options),
    delete: (path, options) => send('DELETE', path, {}, options),
    download: (path, options) => send('GET', path, {}, options, fetchFile),
    stream: (path, options) => send('GET', path, {}, options, fetchStream),
    upload: (path, text, contentType, options) =>
      send('POST', path, { file: { text, contentType } }, options),
    async all<T>(path: string, options: RequestOptions & { limit?: number } = {}) {
      const limit = options.limit ?? 2_000;
      const items: T[] = [];
      let cursor: string | undefined;
      do {
        const page: Page<T> = await api.get(path, {
          ...options,
          query: { limit: 200, ...options.query, cursor },
        });
        items.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && items.length < limit);
      return items;
    },
  };
  return api;
}
