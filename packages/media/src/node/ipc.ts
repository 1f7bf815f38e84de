/** What the media node's process and its engine process say to each other. */
import type {
  EngineSettings,
  MediaEngine,
  MediaEngineEvent,
  MediaEngineEvents,
} from '../engine.ts';
import type { MediaEngineErrorCode } from '../engine-error.ts';

/** Methods of the port that travel as requests, with the two the processes need themselves. */
export interface EngineMethods {
  createBridge: MediaEngine['createBridge'];
  answerWebRtc: MediaEngine['answerWebRtc'];
  setRtpRemote: MediaEngine['setRtpRemote'];
  sendDtmf: MediaEngine['sendDtmf'];
  stats: MediaEngine['stats'];
  closeBridge: MediaEngine['closeBridge'];
  close: () => Promise<void>;
  /** Proves that the event loop of the engine process turns. */
  ping: () => Promise<void>;
}

export type EngineMethod = keyof EngineMethods;

const METHODS: readonly string[] = [
  'createBridge',
  'answerWebRtc',
  'setRtpRemote',
  'sendDtmf',
  'stats',
  'closeBridge',
  'close',
  'ping',
] satisfies EngineMethod[];

const EVENTS: readonly string[] = [
  'webrtc-connected',
  'webrtc-lost',
  'rtp-started',
  'media-silent',
  'dtmf',
  'quality',
  'bridge-expired',
] satisfies MediaEngineEvent[];

/** To the engine process. Arguments are checked by the engine itself. */
export type ParentMessage =
  | { kind: 'start'; settings: EngineSettings }
  | { kind: 'request'; id: number; method: EngineMethod; argument: unknown };

/** From the engine process. */
export type ChildMessage =
  | { kind: 'started' }
  | { kind: 'refused'; code: MediaEngineErrorCode; message: string }
  | { kind: 'reply'; id: number; value: unknown }
  | { kind: 'error'; id: number; code: MediaEngineErrorCode; message: string }
  | { kind: 'event'; event: MediaEngineEvent; detail: MediaEngineEvents[MediaEngineEvent] };

/** Tells a message to the engine process from anything else on the channel. */
export function isParentMessage(message: unknown): message is ParentMessage {
  if (!isRecord(message)) return false;
  if (message.kind === 'start') return isRecord(message.settings);
  return (
    message.kind === 'request' &&
    Number.isSafeInteger(message.id) &&
    METHODS.includes(String(message.method))
  );
}

/** Tells a message of the engine process from anything else on the channel. */
export function isChildMessage(message: unknown): message is ChildMessage {
  if (!isRecord(message)) return false;
  switch (message.kind) {
    case 'started':
      return true;
    case 'refused':
      return hasError(message);
    case 'reply':
      return Number.isSafeInteger(message.id);
    case 'error':
      return Number.isSafeInteger(message.id) && hasError(message);
    case 'event':
      return EVENTS.includes(String(message.event)) && isRecord(message.detail);
    default:
      return false;
  }
}

function hasError(message: Record<string, unknown>): boolean {
  return typeof message.code === 'string' && typeof message.message === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
