/**
 * Main module of the engine process: the embedded engine behind an IPC channel. It lives exactly
 * as long as the process that forked it.
 */
import process from 'node:process';
import type { MediaEngine, MediaEngineEvent } from '../engine.ts';
import { MediaEngineError, type MediaEngineErrorCode } from '../engine-error.ts';
import { startEmbeddedEngine } from './embedded-engine.ts';
import {
  type ChildMessage,
  type EngineMethod,
  type EngineMethods,
  isParentMessage,
  type ParentMessage,
} from './ipc.ts';

const FORWARDED: readonly Exclude<MediaEngineEvent, 'engine-lost'>[] = [
  'webrtc-connected',
  'webrtc-lost',
  'rtp-started',
  'media-silent',
  'dtmf',
  'quality',
  'bridge-expired',
];

let engine: MediaEngine | undefined;

function tell(message: ChildMessage): void {
  // Without a channel the process is about to end, also when it breaks in between: 'disconnect'
  // follows and ends it, so a message that cannot be sent is nobody's loss.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function start(message: Extract<ParentMessage, { kind: 'start' }>): Promise<void> {
  try {
    const started = await startEmbeddedEngine(message.settings);
    for (const event of FORWARDED) {
      started.on(event, (detail) => tell({ kind: 'event', event, detail }));
    }
    engine = started;
    tell({ kind: 'started' });
  } catch (error) {
    tell({ kind: 'refused', ...describeError(error) });
  }
}

async function answer(request: Extract<ParentMessage, { kind: 'request' }>): Promise<void> {
  const { id, method, argument } = request;
  try {
    tell({ kind: 'reply', id, value: await perform(method, argument) });
  } catch (error) {
    tell({ kind: 'error', id, ...describeError(error) });
  }
}

/** The engine checks every argument, so their types are only named here. */
async function perform(method: EngineMethod, argument: unknown): Promise<unknown> {
  type Argument<M extends EngineMethod> = NonNullable<Parameters<EngineMethods[M]>[0]>;
  if (engine === undefined)
    throw new MediaEngineError('engine-closed', 'the engine is not started');
  switch (method) {
    case 'createBridge':
      return engine.createBridge(argument as Argument<'createBridge'>);
    case 'answerWebRtc':
      return engine.answerWebRtc(argument as Argument<'answerWebRtc'>);
    case 'setRtpRemote':
      return engine.setRtpRemote(argument as Argument<'setRtpRemote'>);
    case 'sendDtmf':
      return engine.sendDtmf(argument as Argument<'sendDtmf'>);
    case 'stats':
      return engine.stats(argument as Argument<'stats'>);
    case 'closeBridge':
      return engine.closeBridge(argument as Argument<'closeBridge'>);
    case 'close':
      return engine.close();
    case 'ping':
      return undefined;
  }
}

function describeError(error: unknown): { code: MediaEngineErrorCode; message: string } {
  if (error instanceof MediaEngineError) return { code: error.code, message: error.message };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

process.on('message', (message: unknown) => {
  if (!isParentMessage(message)) return;
  if (message.kind === 'start') void start(message);
  else void answer(message);
});
// Whatever became of the parent, no engine may outlive it.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent closes its engine in good order.
process.on('SIGINT', () => undefined);
// One call's stray promise must not end all calls of the process; it is shown, not hidden.
process.on('unhandledRejection', (reason) => {
  console.error('media engine: unhandled rejection', reason);
});
