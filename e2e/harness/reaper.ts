import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A shell that reads `+ GROUP`, `- GROUP` and `d DIR` lines. Its input ends however this process
 * dies, kill -9 included; then it kills the groups still noted and removes the folders.
 */
const SCRIPT = `
trap '' HUP INT TERM
groups=' '
dirs=' '
while read -r op arg; do
  case "$op" in
    +) groups="$groups$arg " ;;
    -) case "$groups" in *" $arg "*) groups="\${groups%% $arg *} \${groups#* $arg }" ;; esac ;;
    d) dirs="$dirs$arg " ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
for dir in $dirs; do rm -rf -- "$dir"; done
`;

let reaper: ChildProcess | undefined;

function tell(line: string): void {
  if (!reaper) {
    reaper = spawn('/bin/sh', ['-c', SCRIPT], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    reaper.unref();
    // The reaper must never be the reason why a test run does not end, nor why it fails.
    reaper.stdin?.on('error', () => {});
    const { stdin } = reaper;
    if (stdin && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  }
  reaper.stdin?.write(`${line}\n`);
}

/** Has the process group killed should this process die without stopping it. */
export function noteGroup(group: number): void {
  tell(`+ ${group}`);
}

/** The group has ended: its number may soon be someone else's. */
export function forgetGroup(group: number): void {
  tell(`- ${group}`);
}

/**
 * Has a temporary folder removed at the end of this process.
 *
 * @throws Error for a path with white space, which the reaper's line protocol cannot carry
 */
export function noteDirectory(directory: string): void {
  if (/\s/.test(directory)) throw new Error(`white space in a temporary path: ${directory}`);
  tell(`d ${directory}`);
}
