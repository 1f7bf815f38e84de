import {
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  type WriteStream,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** Where the lines of the processes go: all into files, warnings and errors to the terminal too. */
export interface ProcessLog {
  line(name: string, line: string): void;
  close(): void;
}

export interface ProcessLogOptions {
  /** Writes to the terminal. */
  terminal?: (text: string) => void;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

interface LogFile {
  path: string;
  size: number;
  stream: WriteStream | undefined;
  /** Lines that found no room since one was written last. */
  lost: number;
  /** Whether the terminal knows that lines are missing. */
  told: boolean;
  /** When it is opened again. */
  retryAt: number;
}

const maxLogBytes = 20 * 1024 * 1024;
/** What may wait for a slow disk. */
const maxWaitingBytes = 8 * 1024 * 1024;
/** How long a file that could not be written is left alone. */
const retryMs = 5_000;

/**
 * Logs of one run under `<data>/logs/<process>.log`; a full file becomes `.1` and starts anew. What
 * cannot be written, as on a full disk, is lost and counted: nothing may end because of its log.
 */
export function openProcessLog(
  dataDir: string,
  {
    terminal = (text) => process.stderr.write(text),
    now = () => performance.now(),
  }: ProcessLogOptions = {},
): ProcessLog {
  const folder = join(dataDir, 'logs');
  const files = new Map<string, LogFile>();

  function fail(name: string, file: LogFile, error: unknown): void {
    file.stream = undefined;
    file.retryAt = now() + retryMs;
    if (!file.told) terminal(`[${name}] lines are missing from ${file.path}: ${error}\n`);
    file.told = true;
  }

  function open(name: string, file: LogFile): WriteStream {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    file.size = existsSync(file.path) ? statSync(file.path).size : 0;
    const stream = createWriteStream(file.path, { flags: 'a', mode: 0o600 });
    stream.on('error', (error) => {
      if (file.stream === stream) fail(name, file, error);
    });
    return stream;
  }

  function write(name: string, file: LogFile, line: string): void {
    if (file.stream && file.size > maxLogBytes) {
      file.stream.end();
      file.stream = undefined;
      renameSync(file.path, `${file.path}.1`);
    }
    file.stream ??= open(name, file);
    if (file.stream.writableLength > maxWaitingBytes) {
      file.lost += 1;
      return;
    }
    const { lost } = file;
    file.lost = 0;
    const gap = lost === 0 ? '' : `[${lost} lines are missing here]\n`;
    file.stream.write(`${gap}${line}\n`, (error) => {
      if (error) file.lost += lost + 1;
      else file.told = false;
    });
    file.size += gap.length + line.length + 1;
  }

  return {
    line(name, line) {
      const path = join(folder, `${name}.log`);
      const file = files.get(name) ?? fresh(path);
      files.set(name, file);
      if (file.stream || now() >= file.retryAt)
        try {
          write(name, file, line);
        } catch (error) {
          file.lost += 1;
          fail(name, file, error);
        }
      else file.lost += 1;
      if (/"level":"(?:warn|error)"/.test(line) || !line.startsWith('{'))
        terminal(`[${name}] ${line}\n`);
    },
    close() {
      for (const { stream } of files.values()) stream?.end();
    },
  };
}

function fresh(path: string): LogFile {
  return { path, size: 0, stream: undefined, lost: 0, told: false, retryAt: 0 };
}

/** Progress of the start, a line per step. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
