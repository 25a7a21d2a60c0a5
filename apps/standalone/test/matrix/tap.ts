import { StompSocket, type Person } from '@app/testing';

export interface Seen {
  /** As subscribed. */
  readonly destination: string;
  readonly body: unknown;
}

const OWN_QUEUES = ['reply', 'read', 'typing', 'errors', 'events'].map((name) => `/user/queue/${name}`);
export const MARKER = 'marker ';

/** A session of somebody else, who sees everything that comes to it. */
export class Tap {
  private constructor(
    readonly person: Person,
    readonly socket: StompSocket,
  ) {}

  /** Live on all own queues, the public topic and the groups' topics. */
  static async open(person: Person, baseUrl: string, groupIds: readonly number[]): Promise<Tap> {
    const socket = await StompSocket.connect(baseUrl, person.token);
    const topics = groupIds.flatMap((id) => [`/topic/${id}`, `/topic/${id}/typing`]);
    const destinations = [...topics, '/topic/public', ...OWN_QUEUES];
    // Frames are handled one after the other: the last one's RECEIPT stands for all.
    for (const destination of destinations.slice(0, -1)) socket.send('SUBSCRIBE', { id: destination, destination });
    const last = destinations.at(-1)!;
    await socket.confirmed('SUBSCRIBE', { id: last, destination: last });
    return new Tap(person, socket);
  }

  /** What came but markers and other people's coming and going. */
  seen(): Seen[] {
    const all = this.socket.messages().map(({ headers, body }) => ({
      destination: headers['subscription'] ?? '',
      body: JSON.parse(body) as unknown,
    }));
    return all.filter(({ destination, body }) => destination !== '/topic/public' && !isMarker(body));
  }

  /** The first thing that comes to a destination. */
  async find<T = Record<string, unknown>>(destination: string, matches: (body: T) => boolean = () => true): Promise<T> {
    return this.socket.message<T>(destination, (body) => !isMarker(body) && matches(body));
  }

  forget(): void {
    this.socket.frames.clear();
  }

  close(): void {
    this.socket.drop();
  }
}

const isMarker = (body: unknown): boolean => String((body as { content?: unknown }).content).startsWith(MARKER);

/** Sends through both paths, stored and unstored, to everybody tapped: what was sent before has come when these have. */
export class Witness {
  private count = 0;

  /** `store` sends a stored message; those sent at the same moment share one commit. */
  constructor(
    private readonly socket: StompSocket,
    private readonly store: (receiverId: number, content: string) => Promise<unknown>,
  ) {}

  async mark(taps: readonly Tap[]): Promise<void> {
    const content = `${MARKER}${++this.count}`;
    const arrived = taps.map(({ socket }) => socket.frames.collect(2, ({ body }) => body.includes(`"${content}"`)));
    await Promise.all(taps.map(({ person }) => this.store(person.id, content)));
    for (const { person } of taps)
      this.socket.send('SEND', { destination: '/app/chat.sendMessage' }, { receiver: person.username, content });
    await Promise.all(arrived);
  }
}
