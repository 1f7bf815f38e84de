/** Writes `src/theme/tokens.css`; run after a change of `src/theme/tokens.ts`. */
import { writeFile } from 'node:fs/promises';
import { tokenSheet } from '../src/theme/tokens.ts';

await writeFile(new URL('../src/theme/tokens.css', import.meta.url), tokenSheet());
