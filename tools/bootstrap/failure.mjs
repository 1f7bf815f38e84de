/**
 * A failure whose message is written for the person at the terminal: launchers print it without a
 * stack and exit with `exitCode`. Anything else that is thrown is a bug and keeps its stack.
 */
export class LauncherFailure extends Error {
  /**
   * @param {string} message what went wrong and what to do about it
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = 'LauncherFailure';
    this.exitCode = exitCode;
  }
}

/**
 * Runs a launcher's main function; its result is the exit code.
 * @param {() => Promise<number>} main
 */
export async function launch(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof LauncherFailure) {
      process.stderr.write(`\nError: ${error.message}\n`);
      process.exitCode = error.exitCode;
      return;
    }
    throw error;
  }
}
