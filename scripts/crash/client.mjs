import { Client } from '@stomp/stompjs';
import { WebSocket } from 'ws';
import { noteOf } from './ledger.mjs';
import { fetchAfter, request } from './rest.mjs';
import { View } from './view.mjs';

const RECONNECT_MS = 200;
const RECEIPT_MS = 5_000;
const FETCH_AGAIN_MS = 200;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A send that the server refused for good. */
export class Refused extends Error {}

/** These leave open whether a message was stored; the client asks again. */
const OPEN_CODES = new Set(['UNAVAILABLE', 'OUTCOME_UNKNOWN', 'INTERNAL', 'RATE_LIMITED']);

/**
 * One user's client, on the real stompjs: it connects again whenever it is cut off, then subscribes, fetches what it missed and merges (the
 * catch-up procedure of the README), and writes down all it sees. It also asks for a group it is not in, to see that nothing of it comes.
 */
export class LedgerClient {
  #client;
  #socket;
  #receipts = new Map();
  #nextReceipt = 0;
  #connection = 0;
  #fetching = new Map();
  #caughtUp = false;

  /** `urls` {gateway, chat}: REST goes through the gateway, every second client's socket straight to the chat service. */
  constructor(urls, person, ledger) {
    this.urls = urls;
    this.person = person;
    this.ledger = ledger;
    this.view = new View((message) => ledger.add('apply', { user: person.id, message }));
    const live = person.index % 2 === 0 ? urls.gateway : urls.chat;
    this.#client = new Client({
      webSocketFactory: () => (this.#socket = new WebSocket(`${live.replace('http', 'ws')}/ws`, ['v12.stomp'])),
      connectHeaders: { Authorization: `Bearer ${person.token}` },
      reconnectDelay: RECONNECT_MS,
      onConnect: () => void this.#follow(++this.#connection).catch(() => this.#socket.close()),
      onWebSocketClose: () => this.#lose(),
    });
  }

  start() {
    this.#client.activate();
  }

  stop() {
    return this.#client.deactivate();
  }

  /** Connected, subscribed, and with nothing left to fetch. */
  get isCaughtUp() {
    return this.#client.connected && this.#caughtUp && this.#fetching.size === 0;
  }

  get isLive() {
    return this.#client.connected;
  }

  #lose() {
    this.#caughtUp = false;
    this.#connection += 1;
    for (const { reject } of this.#receipts.values()) reject(new Error('the socket closed'));
    this.#receipts.clear();
  }

  async #follow(connection) {
    const { groups, foreignGroup } = this.person;
    const see = ({ body }) => this.#see('push', JSON.parse(body));
    this.#subscribe('/user/queue/errors', ({ body }) => this.#refuse(JSON.parse(body)));
    this.#subscribe('/user/queue/events', ({ body }) => {
      const event = JSON.parse(body);
      if (event.kind === 'MESSAGE_SENT') this.#see('push', event.message);
    });
    if (foreignGroup !== null) this.#subscribe(`/topic/${foreignGroup}`, see);
    await Promise.all([
      this.#subscribeSurely('/user/queue/reply', see),
      ...groups.map((id) => this.#subscribeSurely(`/topic/${id}`, see)),
    ]);
    await this.#catchUp(connection);
  }

  #subscribe(destination, take, headers = {}) {
    this.#client.subscribe(destination, take, headers);
  }

  #subscribeSurely(destination, take) {
    return this.#receipt((receipt) => this.#subscribe(destination, take, { receipt }));
  }

  /** Resolves at the RECEIPT; rejects with {@link Refused}, when the socket closes, or after 5 s. */
  async #receipt(act) {
    const id = `r${++this.#nextReceipt}`;
    let timer;
    const received = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no RECEIPT')), RECEIPT_MS);
      this.#receipts.set(id, { resolve, reject });
      this.#client.watchForReceipt(id, resolve);
    });
    try {
      act(id);
      await received;
    } finally {
      clearTimeout(timer);
      this.#receipts.delete(id);
    }
  }

  #refuse({ receiptId, code }) {
    const error = OPEN_CODES.has(code) ? new Error(code) : new Refused(code);
    this.#receipts.get(receiptId)?.reject(error);
  }

  #see(how, dto) {
    const message = noteOf(dto);
    this.ledger.add(how, { user: this.person.id, message });
    if (this.view.take(message) && how === 'push') this.#fetch(message.conversation, this.#connection);
  }

  async #catchUp(connection) {
    const { token } = this.person;
    const list = await request(this.urls.gateway, 'GET', '/api/chat/conversations', { token });
    for (const { conversationId, lastSeq } of list)
      if (lastSeq > this.view.lastSeq(conversationId)) this.#fetch(conversationId, connection);
    this.#caughtUp = connection === this.#connection;
  }

  /** One fetch of a conversation at a time; what fails or leaves a gap is done again for as long as this connection lasts. */
  #fetch(conversation, connection) {
    if (this.#fetching.has(conversation)) return;
    const fetching = this.#fetchUntilDone(conversation, connection).finally(() => this.#fetching.delete(conversation));
    this.#fetching.set(conversation, fetching);
  }

  async #fetchUntilDone(conversation, connection) {
    const { token } = this.person;
    while (connection === this.#connection) {
      const after = this.view.lastSeq(conversation);
      const see = (dto) => this.#see('fetch', dto);
      const fetched = await fetchAfter(this.urls.gateway, token, conversation, after, see).then(
        () => true,
        () => false,
      );
      if (fetched && !this.view.hasGap(conversation)) return;
      await pause(FETCH_AGAIN_MS);
    }
  }

  /** SEND `/app/chat.send`; resolves at the RECEIPT, which is after COMMIT. */
  sendLive(body) {
    return this.#receipt((receipt) =>
      this.#client.publish({ destination: '/app/chat.send', body: JSON.stringify(body), headers: { receipt } }),
    );
  }

  /** POST through the gateway; resolves with the stored message's id. */
  async sendRest(body) {
    const { token } = this.person;
    try {
      return (await request(this.urls.gateway, 'POST', '/api/chat/messages', { token, body })).id;
    } catch (error) {
      const final = error.status >= 400 && error.status < 500 && !OPEN_CODES.has(error.code);
      throw final ? new Refused(error.code) : error;
    }
  }
}
