import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from '@stomp/stompjs';
import SockJS from 'sockjs-client';
import { WebSocket } from 'ws';
import { Inbox, NotSeen, tell } from './stage.mjs';

/** A user made through the public API, with one live client that follows the catch-up procedure: subscribe, fetch, merge. */
export class Person {
  inbox = new Inbox();
  /** Messages by id: what the person has on screen, live or fetched. */
  messages = new Map();
  #client;
  #socket;
  #receipts = 0;

  constructor(baseUrl, name) {
    this.baseUrl = baseUrl;
    this.name = name;
    this.username = `${name.toLowerCase()}-${randomBytes(3).toString('hex')}`;
    this.password = randomUUID();
  }

  async call(method, path, body) {
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  }

  async ok(method, path, body) {
    const answer = await this.call(method, path, body);
    if (answer.status !== 200)
      throw new NotSeen(`${method} ${path} answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async register() {
    const { username, password } = this;
    const user = await this.ok('POST', '/api/auth/register', { username, email: `${username}@example.test`, password });
    this.id = user.id;
    ({ token: this.token } = await this.ok('POST', '/api/auth/login', { username, password }));
    tell(this.name, `registers as ${username} (id ${this.id}) and logs in`);
  }

  /** `transport`: `websocket`, or a SockJS transport as `xhr-polling`. Resolves when every subscription is active. */
  async connect(transport = 'websocket') {
    const connected = new Promise((resolve, reject) => {
      this.#client = new Client({
        webSocketFactory: () => (this.#socket = this.#open(transport)),
        connectHeaders: { Authorization: `Bearer ${this.token}` },
        reconnectDelay: 0,
        onConnect: resolve,
        onStompError: (frame) => reject(new NotSeen(`CONNECT was refused: ${frame.headers.message}`)),
        onWebSocketClose: ({ code }) => {
          reject(new NotSeen(`the socket closed with ${code} before CONNECTED`));
          this.inbox.push({ kind: 'closed', code });
        },
      });
      this.#client.activate();
    });
    await connected;
    tell(this.name, `is connected over ${transport === 'websocket' ? 'WebSocket' : `SockJS ${transport}`}`);
    await this.follow('/user/queue/reply', (body) => this.#see(body));
    await this.follow('/user/queue/read', (body) => this.inbox.push({ kind: 'receipt', ...body }));
    await this.follow('/user/queue/typing', (body) => this.inbox.push({ kind: 'typing', ...body }));
    await this.follow('/user/queue/events', (body) => this.inbox.push({ kind: 'event', event: body }));
    await this.follow('/topic/public', (body) => this.inbox.push({ kind: 'presence', ...body }));
  }

  #open(transport) {
    return transport === 'websocket'
      ? new WebSocket(`${this.baseUrl.replace(/^http/, 'ws')}/ws`, ['v12.stomp'])
      : new SockJS(`${this.baseUrl}/ws`, null, { transports: transport });
  }

  #see(message) {
    this.inbox.push({ kind: 'message', ...message });
    if (message.id !== undefined) this.messages.set(message.id, message);
  }

  /** SUBSCRIBE; resolves at the RECEIPT. */
  follow(destination, take) {
    return this.#withReceipt(`SUBSCRIBE ${destination}`, (receipt) =>
      this.#client.subscribe(destination, (frame) => take(JSON.parse(frame.body)), { receipt }),
    );
  }

  followGroup(groupId) {
    return this.follow(`/topic/${groupId}`, (body) => this.#see(body));
  }

  /** SEND; resolves at the RECEIPT, for `/app/chat.send` that is after COMMIT. */
  send(destination, body) {
    return this.#withReceipt(`SEND ${destination}`, (receipt) =>
      this.#client.publish({ destination, body: JSON.stringify(body), headers: { receipt } }),
    );
  }

  #withReceipt(what, act) {
    const id = `r${++this.#receipts}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new NotSeen(`${what}: no RECEIPT within 5 s`)), 5_000);
      this.#client.watchForReceipt(id, () => {
        clearTimeout(timer);
        resolve();
      });
      act(id);
    });
  }

  /** Destroys the TCP socket under the client, as a lost network does. */
  async cutTheWire() {
    this.#socket._socket.destroy();
    await this.inbox.until('the end of the socket', (item) => item.kind === 'closed');
  }

  /** Fetches what is missing of a conversation with `peer` and merges it by id. Returns how many were new. */
  async catchUp(peer) {
    const have = Math.max(0, ...[...this.messages.values()].map((message) => message.seq ?? 0));
    const path = `/api/chat/messages/${this.id}/${peer.id}?afterSeq=${have}&size=200`;
    const { content } = await this.ok('GET', path);
    const fresh = content.filter((message) => !this.messages.has(message.id));
    for (const message of fresh) this.messages.set(message.id, message);
    return fresh.length;
  }

  async leave() {
    await this.#client?.deactivate();
  }
}
