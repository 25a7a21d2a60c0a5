import { ConfigError } from '@app/config';

/** Why the system cannot start; the text begins with the setting that would change it. */
export class StartError extends Error {
  constructor(setting: string, problem: string, options?: ErrorOptions) {
    super(`${setting}: ${problem}`, options);
    this.name = 'StartError';
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** What a failed `listen` means for the one who starts the system. */
export function explainListenError(error: unknown, setting: string, port: number, host: string): unknown {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new StartError(
        setting,
        `port ${port} is in use; end what listens there, or set ${setting} to another port`,
      );
    case 'EACCES':
      return new StartError(
        setting,
        `port ${port} needs more rights than this user has; set ${setting} to one above 1023`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError('HOST', `${host} is not an address of this machine`);
    default:
      return error;
  }
}

/** One line per problem, each naming its setting where there is one. */
export function explainStartError(error: unknown): string[] {
  if (error instanceof ConfigError) return [...error.problems];
  const message = error instanceof Error ? error.message : String(error);
  return [message.replaceAll('\n', ' ')];
}
