/**
 * Flags a media node is run with, and so what is measured. What belongs to a call lives for half a
 * minute, and a young generation that begins at its usual megabyte copies all of it several times.
 */
export const NODE_FLAGS = ['--min-semi-space-size=16'];
