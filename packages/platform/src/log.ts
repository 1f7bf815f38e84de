import pino from 'pino';

/** Fields of one log line. Identify by ids; content goes to debug only. */
export type LogFields = Record<string, unknown>;

export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: LogFields): Logger;
}

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Keys whose values never stand in a log line, at any level. */
const secretKey =
  /^(?:authorization|cookie|set-cookie|.*(?:password|secret|token|private_?jwk|api_?key|assertion|jws|jwe))$/i;
/** Keys that hold content (numbers, texts, SDP): only at debug. */
const contentKey =
  /^(?:.*number|typed|digits|dialled|display|displayName|note|text_?body|sdp|body|from|to|identity|userName|email)$/i;

const redacted = '[redacted]';
const maxDepth = 5;

/** A failed query says its values (drizzle: `params`) in its message; they may be anything. */
function withoutValues(error: Error): string {
  const { message } = error;
  if (!('params' in error)) return message;
  const values = message.indexOf('\nparams:');
  return values < 0 ? message : `${message.slice(0, values)}\nparams: ${redacted}`;
}

/** Applies the masking rule to one value, to a bounded depth. */
export function mask(value: unknown, level: LogLevel, depth = 0): unknown {
  if (value instanceof Error && depth <= maxDepth) {
    const code = 'code' in value ? value.code : undefined;
    const cause = value.cause === undefined ? undefined : mask(value.cause, level, depth + 1);
    const message = withoutValues(value);
    // The stack begins with the message.
    const stack = value.stack?.replace(value.message, () => message);
    return { name: value.name, message, code, stack, cause };
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > maxDepth) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => mask(item, level, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (secretKey.test(key)) return [key, redacted];
      if (level !== 'debug' && contentKey.test(key)) return [key, redacted];
      return [key, mask(item, level, depth + 1)];
    }),
  );
}

export interface LoggerOptions {
  /** Component, for example `edge`. */
  name: string;
  level: LogLevel;
  /** Where lines go; standard output if left out. */
  write?: (line: string) => void;
}

/**
 * Structured JSON-lines logger with the masking rule built in: no secret at any level, no phone
 * number or message text above debug.
 */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    base: { pid: globalThis.process?.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    // Errors are masked and flattened before pino sees them.
    serializers: { err: (value: unknown) => value },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const { write } = options;
  const sink = write ? pino(settings, { write }) : pino(settings);
  return wrap(sink, {});
}

function wrap(sink: pino.Logger, bound: LogFields): Logger {
  const at = (level: LogLevel) => (fields: LogFields, message: string) => {
    if (!sink.isLevelEnabled(level)) return;
    sink[level](mask({ ...bound, ...fields }, level) as LogFields, message);
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(sink, { ...bound, ...fields }),
  };
}
