/**
 * One line per step with its seconds. On a terminal the running step is redrawn in place; elsewhere
 * each step prints a plain line when it starts and one when it ends, with a sign of life between.
 */

const REDRAW_MS = 250;
const SIGN_OF_LIFE_MS = 15_000;

/** @param {number} startedAt a value of `performance.now()` */
export function seconds(startedAt) {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}

/** @param {NodeJS.WriteStream} stream */
export function createProgress(stream) {
  const live = stream.isTTY === true && process.env.TERM !== 'dumb';
  let steps = 0;

  return {
    /** How many steps had something to do. */
    get steps() {
      return steps;
    },

    /** @param {string} text */
    line(text) {
      stream.write(`${text}\n`);
    },

    /**
     * @template T
     * @param {string} title
     * @param {(note: (text: string) => void) => Promise<T>} work may name what it waits for by `note`
     * @returns {Promise<T>}
     */
    async step(title, work) {
      steps += 1;
      const startedAt = performance.now();
      let detail = '';
      const draw = () => {
        const suffix = detail === '' ? '' : ` · ${detail}`;
        const text = `… ${title} ${seconds(startedAt)}${suffix}`;
        stream.write(`\r\u001b[2K${text.slice(0, Math.max(20, (stream.columns || 80) - 1))}`);
      };
      const note = (/** @type {string} */ text) => {
        if (text === detail) return;
        detail = text;
        if (live) draw();
        else stream.write(`    ${text}\n`);
      };
      if (live) draw();
      else stream.write(`… ${title}\n`);
      const timer = setInterval(
        () => {
          if (live) draw();
          else stream.write(`    still at it after ${seconds(startedAt)}\n`);
        },
        live ? REDRAW_MS : SIGN_OF_LIFE_MS,
      );
      const finish = (/** @type {string} */ mark) => {
        clearInterval(timer);
        stream.write(`${live ? '\r\u001b[2K' : ''}${mark} ${title} ${seconds(startedAt)}\n`);
      };
      try {
        const result = await work(note);
        finish('✓');
        return result;
      } catch (error) {
        finish('✗');
        throw error;
      }
    },
  };
}

/** @typedef {ReturnType<typeof createProgress>} Progress */
