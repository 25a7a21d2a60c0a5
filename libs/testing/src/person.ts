import { randomBytes } from 'node:crypto';
import type { AuthResponse, GroupDto, MessageDto, UserDto } from '@app/contracts';
import { LiveClient, type LiveOptions } from './live-client.js';
import { RestClient } from './rest-client.js';

/** Where a system under test answers. Equal URLs mean that only the gateway is reachable. */
export interface SystemUrls {
  readonly gateway: string;
  readonly auth: string;
  readonly chat: string;
}

/** A user made through the public API, with a REST client at the gateway. */
export class Person {
  private readonly lives: LiveClient[] = [];

  private constructor(
    readonly system: SystemUrls,
    readonly id: number,
    readonly username: string,
    readonly email: string,
    readonly password: string,
    readonly rest: RestClient,
  ) {}

  /** Registers a fresh name that begins with `prefix` and logs in. */
  static async join(system: SystemUrls, prefix: string): Promise<Person> {
    const username = `${prefix}-${randomBytes(5).toString('hex')}`.slice(0, 32);
    const rest = new RestClient(system.gateway);
    const email = `${username}@example.test`;
    const password = `pass-${randomBytes(6).toString('hex')}`;
    const user = await rest.ok<UserDto>('POST', '/api/auth/register', { username, email, password });
    const person = new Person(system, user.id, username, email, password, rest);
    rest.token = await person.logIn();
    return person;
  }

  /** A new token; the one in use stays. */
  async logIn(): Promise<string> {
    const { username, password } = this;
    return (
      await new RestClient(this.system.gateway).ok<AuthResponse>('POST', '/api/auth/login', { username, password })
    ).token;
  }

  get token(): string {
    return this.rest.token!;
  }

  at(baseUrl: string): RestClient {
    return new RestClient(baseUrl, this.token);
  }

  /** Connects at `baseUrl` (default: the gateway). */
  async live(options: LiveOptions & { readonly baseUrl?: string; readonly token?: string } = {}): Promise<LiveClient> {
    const live = await LiveClient.connect(options.baseUrl ?? this.system.gateway, options.token ?? this.token, options);
    this.lives.push(live);
    return live;
  }

  sendTo(peer: Person, content: string, clientMsgId?: string): Promise<MessageDto> {
    return this.rest.ok('POST', '/api/chat/messages', { receiver: { id: peer.id }, content, clientMsgId });
  }

  sendToGroup(groupId: number, content: string, clientMsgId?: string): Promise<MessageDto> {
    return this.rest.ok('POST', '/api/chat/messages', { groupId, content, clientMsgId });
  }

  /** Makes a group and adds the members, who become contacts first, as the seed asks. */
  async makeGroup(name: string, members: readonly Person[] = []): Promise<GroupDto> {
    let group = await this.rest.ok<GroupDto>('POST', '/api/groups', { name });
    for (const member of members) {
      await this.rest.ok('POST', `/api/contacts/${member.id}`);
      group = await this.rest.ok<GroupDto>('POST', `/api/groups/${group.id}/users/${member.id}`);
    }
    return group;
  }

  /** Ends the live connections that are still open. */
  async leave(): Promise<void> {
    await Promise.all(this.lives.splice(0).map((live) => live.disconnect()));
  }
}
