import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type LoggerLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/**
 * JSON lines. Each method takes a text, or fields and a text. Fields named as secrets or bodies usually are (`password`, `token`,
 * `authorization`, `cookie`, `secret`, `content`, `body`, …) are left out at the top level and one level down.
 */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'child' | 'level' | 'isLevelEnabled'>;

export interface LoggerOptions {
  /** Default `info`. */
  readonly level?: LoggerLevel;
  /** Stands as `name` in each line: the service. */
  readonly name: string;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

const SECRET_FIELDS = [
  'password',
  'oldPassword',
  'newPassword',
  'token',
  'jwt',
  'secret',
  'authorization',
  'Authorization',
  'passcode',
  'cookie',
  'content',
  'body',
  'payload',
];

/** Passwords inside URLs, and tokens, wherever a text carries them. */
const hideSecrets = (text: string): string =>
  text
    .replace(/(:\/\/[^\s:/@]*:)[^\s/@]+@/g, '$1***@')
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '***')
    .replace(/(Bearer\s+)\S+/gi, '$1***');

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? hideSecrets(error) : error;
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: error.name,
    message: hideSecrets(error.message),
    stack: hideSecrets(error.stack ?? ''),
    ...(code === undefined ? {} : { code }),
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
  };
}

/** A pino logger that lets no secret and no message body out. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      base: { name: options.name },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), remove: true },
      serializers: { err: serializeError, error: serializeError, cause: serializeError },
      hooks: {
        logMethod(args, method) {
          const safe = args.map((arg: unknown) => (typeof arg === 'string' ? hideSecrets(arg) : arg));
          method.apply(this, safe as typeof args);
        },
      },
    },
    ...(options.destination ? [options.destination] : []),
  );
}
