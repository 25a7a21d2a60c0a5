export interface OwnQueue {
  /** Without the user prefix: `/queue/x`. */
  readonly queue: string;
  /** Normalised: `/user/queue/x`. */
  readonly destination: string;
  /** Written with the user's own name. */
  readonly alias: boolean;
}

export interface UserTarget {
  readonly user: string;
  readonly queue: string;
}

/**
 * User destinations. To subscribe, `/user/queue/x` and `/user/{own name}/queue/x` are the same queue (protocol.md, decision 2); another
 * name is nobody's. To send, `/user/{name}/queue/x`. In both, `/` in a name is written `%2F` (fact 70) and names are case-sensitive.
 */
export class UserDestinationResolver {
  constructor(private readonly prefix = '/user') {}

  isUserDestination(destination: string): boolean {
    return destination.startsWith(`${this.prefix}/`);
  }

  /** The caller's own queue that a subscription means, or undefined. */
  own(destination: string, userName: string): OwnQueue | undefined {
    if (!this.isUserDestination(destination)) return undefined;
    const rest = destination.slice(this.prefix.length);
    const named = userName === '' ? undefined : `/${userName.replaceAll('/', '%2F')}`;
    const inner = named !== undefined && rest.startsWith(`${named}/`) ? rest.slice(named.length) : undefined;
    if (inner !== undefined && isQueue(inner)) return { queue: inner, destination: this.prefix + inner, alias: true };
    return isQueue(rest) ? { queue: rest, destination, alias: false } : undefined;
  }

  /** Whom a message to `/user/{name}/queue/x` is for, or undefined. */
  target(destination: string): UserTarget | undefined {
    if (!this.isUserDestination(destination)) return undefined;
    const slash = destination.indexOf('/', this.prefix.length + 1);
    if (slash < 0) return undefined;
    const user = destination.slice(this.prefix.length + 1, slash).replaceAll('%2F', '/');
    const queue = destination.slice(slash);
    return isQueue(queue) ? { user, queue } : undefined;
  }
}

const isQueue = (path: string): boolean => /^\/(queue|topic)\/./.test(path);
