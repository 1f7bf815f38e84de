import type { CallView } from '@trunkline/contracts/calls.ts';
import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import type { LineState } from '@trunkline/contracts/lines.ts';
import type { CallQuality } from '@trunkline/contracts/media.ts';
import type { PresenceView, SetPresence } from '@trunkline/contracts/presence.ts';
import type { EventHandler } from '../realtime/socket.ts';
import { createStore, type Store, useStore } from './store.ts';

export type Presences = Readonly<Record<string, PresenceView>>;
export type Calls = Readonly<Record<string, CallView>>;
/** How live calls sound as their media node measures it, by call. */
export type Qualities = Readonly<Record<string, CallQuality>>;
export type LineStates = Readonly<Record<string, LineState>>;

/** What the socket keeps true while it is connected. */
export interface Live {
  readonly presences: Store<Presences>;
  readonly calls: Store<Calls>;
  readonly qualities: Store<Qualities>;
  readonly lines: Store<LineStates>;
  /** The own state set by hand. */
  readonly manual: Store<SetPresence | null>;
  /** Whether calls can be made right now. */
  readonly telephony: Store<boolean>;
  /** Whether a snapshot has arrived since the page was opened. */
  readonly known: Store<boolean>;
  readonly onEvent: EventHandler;
  /** Called for each event the stores do not keep. Returns the way out. */
  onJournal(listener: (entry: JournalEntry) => void): () => void;
  onDirectory(listener: () => void): () => void;
  /** Called after a snapshot: what was missed in between must be fetched. */
  onSnapshot(listener: () => void): () => void;
}

/** Ended calls stay visible for this long, so that people read why, milliseconds. */
export const endedVisible = 4_000;

function listeners<A extends unknown[]>() {
  const all = new Set<(...args: A) => void>();
  return {
    add(listener: (...args: A) => void) {
      all.add(listener);
      return () => {
        all.delete(listener);
      };
    },
    call(...args: A) {
      for (const listener of [...all]) listener(...args);
    },
  };
}

export function createLive(): Live {
  const presences = createStore<Presences>({});
  const calls = createStore<Calls>({});
  const qualities = createStore<Qualities>({});
  const lines = createStore<LineStates>({});
  const manual = createStore<SetPresence | null>(null);
  const telephony = createStore(true);
  const known = createStore(false);
  const journal = listeners<[JournalEntry]>();
  const directory = listeners<[]>();
  const snapshots = listeners<[]>();

  function forgetLater(id: string): void {
    setTimeout(
      () =>
        calls.update((all) => {
          if (all[id]?.state !== 'ended') return all;
          const { [id]: _gone, ...rest } = all;
          return rest;
        }),
      endedVisible,
    );
    forgetQuality(id);
  }

  function forgetQuality(id: string): void {
    qualities.update((all) => {
      if (!(id in all)) return all;
      const { [id]: _gone, ...rest } = all;
      return rest;
    });
  }

  const handlers: { [T in Parameters<EventHandler>[0]]: (data: never) => void } = {
    snapshot: (data: Parameters<typeof applySnapshot>[0]) => applySnapshot(data),
    'presence.changed': (data: { userId: string; presence: PresenceView }) =>
      presences.update((all) => ({ ...all, [data.userId]: data.presence })),
    'presence.own': (data: { manual: SetPresence | null }) => manual.set(data.manual),
    'call.changed': ({ call }: { call: CallView }) => {
      calls.update((all) => ({ ...all, [call.id]: call }));
      if (call.state === 'ended') forgetLater(call.id);
    },
    'call.quality': (data: { callId: string; quality: CallQuality }) => {
      // Of a call that is over it says nothing any more.
      const state = calls.get()[data.callId]?.state;
      if (state !== undefined && state !== 'ended')
        qualities.update((all) => ({ ...all, [data.callId]: data.quality }));
    },
    'journal.changed': ({ entry }: { entry: JournalEntry }) => journal.call(entry),
    'line.state': (data: { lineId: string; state: LineState }) =>
      lines.update((all) => ({ ...all, [data.lineId]: data.state })),
    'telephony.reachable': (data: { reachable: boolean }) => telephony.set(data.reachable),
    'directory.changed': () => directory.call(),
  };

  function applySnapshot(data: {
    presence: Presences;
    calls: CallView[];
    ownManual: SetPresence | null;
    lines: LineStates;
  }): void {
    presences.set(data.presence);
    calls.set(Object.fromEntries(data.calls.map((call) => [call.id, call])));
    for (const call of data.calls) if (call.state === 'ended') forgetLater(call.id);
    qualities.update((all) =>
      Object.fromEntries(Object.entries(all).filter(([id]) => calls.get()[id] !== undefined)),
    );
    lines.set(data.lines);
    manual.set(data.ownManual);
    known.set(true);
    snapshots.call();
  }

  return {
    presences,
    calls,
    qualities,
    lines,
    manual,
    telephony,
    known,
    onEvent: (type, data) => handlers[type]?.(data as never),
    onJournal: journal.add,
    onDirectory: directory.add,
    onSnapshot: snapshots.add,
  };
}

/** Who is in no snapshot is signed out. */
const signedOut: PresenceView = {
  state: 'offline',
  since: null,
  note: '',
  source: 'none',
  ringing: false,
};

/** A user's presence; undefined until the service has said anything at all. */
export function usePresence(live: Live, userId: string): PresenceView | undefined {
  const known = useStore(live.known);
  const presence = useStore(live.presences, (all) => all[userId]);
  return presence ?? (known ? signedOut : undefined);
}

/** Looks up anybody's presence; draws again whenever one changes, so for short lists. */
export function usePresences(live: Live): (userId: string) => PresenceView | undefined {
  const known = useStore(live.known);
  const all = useStore(live.presences);
  return (userId) => all[userId] ?? (known ? signedOut : undefined);
}
