import type { SignedIn, SignIn } from '@trunkline/contracts/auth.ts';
import type { ErrorCode } from '@trunkline/contracts/errors.ts';
import { readJson, writeItem, writeJson } from '../browser/storage.ts';
import { createStore, type Store } from '../stores/store.ts';
import { ApiError } from './errors.ts';
import { type Fetch, fetchJson } from './fetch-json.ts';

export type Profile = SignedIn['user'] & { deviceId: SignedIn['deviceId'] };

interface Token {
  readonly value: string;
  /** Wall clock of this browser, milliseconds. */
  readonly expiresAt: number;
}

export type SessionState =
  | { readonly status: 'signed-out'; readonly reason: ErrorCode | null }
  /** `token` is null while only the remembered profile is known (start, offline). */
  | { readonly status: 'signed-in'; readonly profile: Profile; readonly token: Token | null };

type Message =
  | { type: 'token'; profile: Profile; token: Token }
  | { type: 'signed-out'; reason: ErrorCode | null };

export interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

export interface SessionPorts {
  fetch: Fetch;
  now(): number;
  /** The Web Locks of the browser; without them tabs may refresh side by side (accepted for 30 s). */
  locks: Pick<LockManager, 'request'> | null;
  channel: Channel | null;
}

const profileKey = 'trunkline.profile';
const deviceKey = 'trunkline.device';
/** A token with less left than this is renewed before it is used, milliseconds. */
const margin = 20_000;

export interface Session {
  readonly state: Store<SessionState>;
  signIn(input: Omit<SignIn, 'deviceId' | 'deviceName'>): Promise<Profile>;
  signOut(): Promise<void>;
  /** A token that is good for at least some seconds. @throws ApiError */
  accessToken(): Promise<string>;
  /** Renews unless a token other than `stale` came meanwhile, from here or another tab. */
  refresh(stale: string | null): Promise<string>;
  /** Begins renewing in time; ends with the returned function. */
  keepFresh(): () => void;
}

/** The ports of a real browser. */
export function browserPorts(): SessionPorts {
  return {
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    locks: navigator.locks ?? null,
    channel:
      typeof BroadcastChannel === 'function' ? new BroadcastChannel('trunkline.session') : null,
  };
}

/**
 * Who is signed in on this browser. The refresh token lives in an HttpOnly cookie; here are only
 * the short access token, in memory, and the profile for a start without network.
 */
export function createSession(ports: SessionPorts): Session {
  const state = createStore<SessionState>(remembered());
  let running: Promise<string> | null = null;

  function adopt(profile: Profile, token: Token): void {
    writeJson(profileKey, profile);
    writeItem(deviceKey, profile.deviceId);
    state.set({ status: 'signed-in', profile, token });
  }

  function drop(reason: ErrorCode | null): void {
    writeItem(profileKey, null);
    state.set({ status: 'signed-out', reason });
  }

  function accept(answer: SignedIn): Profile {
    const profile = { ...answer.user, deviceId: answer.deviceId };
    const token = { value: answer.accessToken, expiresAt: ports.now() + answer.expiresIn * 1000 };
    adopt(profile, token);
    ports.channel?.postMessage({ type: 'token', profile, token } satisfies Message);
    return profile;
  }

  if (ports.channel)
    ports.channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.type === 'token') adopt(data.profile, data.token);
      else if (state.get().status === 'signed-in') drop(data.reason);
    };

  function fresh(): string | null {
    const now = state.get();
    if (now.status !== 'signed-in' || !now.token) return null;
    return now.token.expiresAt - margin > ports.now() ? now.token.value : null;
  }

  async function renew(stale: string | null): Promise<string> {
    const other = fresh();
    if (other !== null && other !== stale) return other;
    try {
      const answer = await fetchJson<SignedIn>(ports.fetch, {
        method: 'POST',
        path: '/v1/auth/refresh',
        body: {},
      });
      accept(answer);
      return answer.accessToken;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        const reason = error.code === 'unauthenticated' ? 'session_expired' : error.code;
        drop(reason);
        ports.channel?.postMessage({ type: 'signed-out', reason } satisfies Message);
      }
      throw error;
    }
  }

  const session: Session = {
    state,

    async signIn(input) {
      const known = readDevice();
      const answer = await fetchJson<SignedIn>(ports.fetch, {
        method: 'POST',
        path: '/v1/auth/sign-in',
        body: { ...input, ...(known ? { deviceId: known } : {}), deviceName: deviceName() },
      });
      return accept(answer);
    },

    async signOut() {
      const now = state.get();
      const token = now.status === 'signed-in' ? now.token : null;
      drop(null);
      ports.channel?.postMessage({ type: 'signed-out', reason: null } satisfies Message);
      await fetchJson(ports.fetch, {
        method: 'POST',
        path: '/v1/auth/sign-out',
        body: {},
        ...(token ? { headers: { authorization: `Bearer ${token.value}` } } : {}),
      });
    },

    async accessToken() {
      return fresh() ?? session.refresh(null);
    },

    refresh(stale) {
      if (state.get().status === 'signed-out')
        return Promise.reject(new ApiError('unauthenticated'));
      running ??= (
        ports.locks ? ports.locks.request('trunkline.refresh', () => renew(stale)) : renew(stale)
      ).finally(() => {
        running = null;
      });
      return running;
    },

    keepFresh() {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let planned: string | null = null;
      let ended = false;
      const plan = () => {
        const now = state.get();
        const token = now.status === 'signed-in' ? now.token : null;
        if (ended || !token || token.value === planned) return;
        planned = token.value;
        clearTimeout(timer);
        // One to one and a half minutes before the end, so that tabs do not all wake at once.
        const early = 60_000 + Math.random() * 30_000;
        const wait = Math.max(5_000, token.expiresAt - ports.now() - early);
        timer = setTimeout(attempt, wait);
      };
      const attempt = () => {
        session.refresh(planned).catch(() => {
          // Not reached: try again soon. Signed out: the state says so and nothing is planned.
          if (!ended && state.get().status === 'signed-in') timer = setTimeout(attempt, 15_000);
        });
      };
      const leave = state.subscribe(plan);
      plan();
      return () => {
        ended = true;
        leave();
        clearTimeout(timer);
      };
    },
  };
  return session;
}

function remembered(): SessionState {
  const stored = readJson(profileKey) as Partial<Profile> | null;
  if (stored && typeof stored.id === 'string' && typeof stored.displayName === 'string')
    return { status: 'signed-in', profile: stored as Profile, token: null };
  return { status: 'signed-out', reason: null };
}

function readDevice(): string | null {
  try {
    const id = localStorage.getItem(deviceKey);
    return id && /^dev_[0-7][0-9a-z]{25}$/.test(id) ? id : null;
  } catch {
    return null;
  }
}

/** A name an administrator recognises in a list of devices. */
function deviceName(): string {
  const agent = typeof navigator === 'undefined' ? '' : navigator.userAgent;
  const browser = /Edg\//.test(agent)
    ? 'Edge'
    : /Firefox\//.test(agent)
      ? 'Firefox'
      : /Chrome\//.test(agent)
        ? 'Chrome'
        : /Safari\//.test(agent)
          ? 'Safari'
          : 'Browser';
  const system = /Windows/.test(agent)
    ? 'Windows'
    : /Android/.test(agent)
      ? 'Android'
      : /iPhone|iPad/.test(agent)
        ? 'iOS'
        : /Mac OS/.test(agent)
          ? 'macOS'
          : /Linux/.test(agent)
            ? 'Linux'
            : '';
  return system ? `${browser} · ${system}` : browser;
}
