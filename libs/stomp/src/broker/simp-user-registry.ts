import type { StompSession } from './stomp-session.js';
import type { Subscriber } from './subscription.js';

const NOBODY: readonly Subscriber[] = [];

/** The sessions that are connected to this process, by user name (case-sensitive). A session is in it from CONNECTED until its end. */
export class SimpUserRegistry {
  private readonly byName = new Map<string, Subscriber[]>();
  /** With the name each was registered by: a principal may be replaced. */
  private readonly all = new Map<Subscriber, string>();

  /** Sessions of a user, oldest first; empty when there is none. A snapshot. */
  getUserSessions(name: string): readonly StompSession[] {
    return [...this.sessionsOf(name)];
  }

  /** Every connected session, anonymous ones included. A snapshot. */
  sessions(): readonly StompSession[] {
    return [...this.all.keys()];
  }

  userNames(): readonly string[] {
    return [...this.byName.keys()];
  }

  get userCount(): number {
    return this.byName.size;
  }

  get sessionCount(): number {
    return this.all.size;
  }

  sessionsOf(name: string): readonly Subscriber[] {
    return this.byName.get(name) ?? NOBODY;
  }

  add(session: Subscriber): void {
    const { name } = session.principal;
    this.all.set(session, name);
    if (name !== '') this.byName.set(name, [...this.sessionsOf(name), session]);
  }

  remove(session: Subscriber): void {
    const name = this.all.get(session);
    if (name === undefined) return;
    this.all.delete(session);
    const rest = this.sessionsOf(name).filter((other) => other !== session);
    if (rest.length > 0) this.byName.set(name, rest);
    else this.byName.delete(name);
  }
}
