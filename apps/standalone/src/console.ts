import { createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** Where the lines of the processes go: all into files, warnings and errors to the terminal too. */
export interface ProcessLog {
  line(name: string, line: string): void;
  close(): void;
}

const maxLogBytes = 20 * 1024 * 1024;

/** Logs of one run under `<data>/logs/<process>.log`; a full file becomes `.1` and starts anew. */
export function openProcessLog(dataDir: string): ProcessLog {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const open = (name: string) => {
    const path = join(folder, `${name}.log`);
    const size = existsSync(path) ? statSync(path).size : 0;
    return { path, size, stream: createWriteStream(path, { flags: 'a', mode: 0o600 }) };
  };
  const files = new Map<string, ReturnType<typeof open>>();

  return {
    line(name, line) {
      let file = files.get(name);
      if (file && file.size > maxLogBytes) {
        file.stream.end();
        renameSync(file.path, `${file.path}.1`);
        file = undefined;
      }
      if (!file) {
        file = open(name);
        files.set(name, file);
      }
      file.stream.write(`${line}\n`);
      file.size += line.length + 1;
      if (/"level":"(?:warn|error)"/.test(line) || !line.startsWith('{'))
        process.stderr.write(`[${name}] ${line}\n`);
    },
    close() {
      for (const file of files.values()) file.stream.end();
    },
  };
}

/** Progress of the start, a line per step. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
