import { LRUCache } from 'lru-cache';
import type { ServiceInstance } from '@app/discovery';
import { rendezvous } from './rendezvous-hash.js';
import { Upstream, type UpstreamOptions } from './upstream.js';

const MAX_SESSIONS = 50_000;
/** Far above the silence of any live session: every client polls, or beats its heart, within a minute. */
const SESSION_IDLE_MS = 10 * 60_000;

/** The session's instance has left: the session is over, and its client starts anew. */
export const SESSION_GONE = 'session-gone';

/** The passing instances of one service, and which of them takes the next request. */
export class UpstreamGroup {
  private upstreams: readonly Upstream[] = [];
  private turn = 0;
  private readonly sessions: LRUCache<string, Upstream>;

  constructor(private readonly options: UpstreamOptions = {}) {
    const { now } = options;
    this.sessions = new LRUCache({
      max: MAX_SESSIONS,
      ttl: SESSION_IDLE_MS,
      updateAgeOnGet: true,
      ...(now ? { perf: { now }, ttlResolution: 0 } : {}),
    });
  }

  get size(): number {
    return this.upstreams.length;
  }

  /** Takes over the registry's list: who stayed keeps its connections, who left ends what it has under way. */
  update(instances: readonly ServiceInstance[]): void {
    const known = new Map(this.upstreams.map((upstream) => [keyOf(upstream.instance), upstream]));
    this.upstreams = instances.map((instance) => {
      const upstream = known.get(keyOf(instance)) ?? new Upstream(instance, this.options);
      known.delete(keyOf(instance));
      return upstream;
    });
    for (const left of known.values()) void left.close();
  }

  /** The next one in turn; those that could not be reached lately come last. Null when all are `tried` or there is none. */
  next(tried: readonly Upstream[] = []): Upstream | null {
    const { upstreams } = this;
    this.turn = (this.turn + 1) % Math.max(1, upstreams.length);
    let resting: Upstream | null = null;
    for (let i = 0; i < upstreams.length; i += 1) {
      const upstream = upstreams[(this.turn + i) % upstreams.length]!;
      if (tried.includes(upstream)) continue;
      if (!upstream.isResting) return upstream;
      resting ??= upstream;
    }
    return resting;
  }

  /**
   * The one that holds the SockJS session: by rendezvous hash at first, the same one from then on, also when others come. Null when there is
   * none; {@link SESSION_GONE} once after it has left.
   */
  ofSession(session: string): Upstream | typeof SESSION_GONE | null {
    const held = this.sessions.get(session);
    if (held && this.upstreams.includes(held)) return held;
    if (held) {
      this.sessions.delete(session);
      return SESSION_GONE;
    }
    const fresh = this.upstreams.filter((upstream) => !upstream.isResting);
    const chosen = rendezvous(session, fresh.length > 0 ? fresh : this.upstreams);
    if (chosen) this.sessions.set(session, chosen);
    return chosen;
  }

  /** The session was never opened there, so it may go elsewhere. */
  forgetSession(session: string): void {
    this.sessions.delete(session);
  }

  async close(): Promise<void> {
    const { upstreams } = this;
    this.upstreams = [];
    await Promise.all(upstreams.map((upstream) => upstream.destroy()));
  }
}

const keyOf = ({ id, host, port }: ServiceInstance): string => `${id} ${host} ${port}`;
