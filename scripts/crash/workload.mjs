import { Refused } from './client.mjs';

const RETRY_MS = 150;
const GIVE_UP_MS = 60_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const privateId = (a, b) => `p:${Math.min(a, b)}:${Math.max(a, b)}`;

/**
 * Carries the planned sends out at their times, whatever becomes of the server. What one user writes into one conversation goes out one after
 * the other; an unknown outcome is tried again under the same key, by either door.
 */
export class Workload {
  #lanes = new Map();
  inFlight = 0;
  isOver = false;

  /** `people` have `client`, `id`; `groupIds` are the groups of the plan. */
  constructor(people, groupIds, ledger) {
    this.people = people;
    this.groupIds = groupIds;
    this.ledger = ledger;
  }

  /** Resolves when every send has been answered, or given up after a minute. */
  async run(sends) {
    const start = performance.now();
    for (const send of sends) {
      const wait = start + send.at - performance.now();
      if (wait > 0) await pause(wait);
      this.#enqueue(send);
    }
    await Promise.all(this.#lanes.values());
    this.isOver = true;
  }

  #enqueue(send) {
    const sender = this.people[send.from];
    const target = this.#targetOf(sender, send.to);
    const lane = `${sender.id} ${target.conversation}`;
    const work = () => this.#carryOut(sender, target, send);
    this.#lanes.set(lane, (this.#lanes.get(lane) ?? Promise.resolve()).then(work));
  }

  #targetOf(sender, { user, group }) {
    if (group === undefined) {
      const receiver = this.people[user].id;
      return { conversation: privateId(sender.id, receiver), body: { receiver: { id: receiver } } };
    }
    const groupId = this.groupIds[group];
    return { conversation: `g:${groupId}`, body: { groupId } };
  }

  async #carryOut(sender, { conversation, body }, { key, content, live, repeated }) {
    const wish = { sender, conversation, key, content, body: { ...body, content, clientMsgId: key } };
    const accepted = await this.#untilAnswered(wish, live);
    if (accepted && repeated) await this.#untilAnswered(wish, false);
  }

  async #untilAnswered(wish, preferLive) {
    const deadline = performance.now() + GIVE_UP_MS;
    for (let live = preferLive; performance.now() < deadline; live = !live) {
      const answer = await this.#attempt(wish, live && wish.sender.client.isLive);
      if (answer !== 'unknown') return answer === 'ok';
      await pause(RETRY_MS);
    }
    return false;
  }

  async #attempt({ sender, conversation, key, content, body }, live) {
    const { client, id: user } = sender;
    this.ledger.add('invoke', { user, key, conversation, content, by: live ? 'stomp' : 'rest' });
    this.inFlight += 1;
    try {
      const id = await (live ? client.sendLive(body) : client.sendRest(body));
      this.ledger.add('ok', { user, key, id });
      return 'ok';
    } catch (error) {
      const kind = error instanceof Refused ? 'refused' : 'unknown';
      this.ledger.add(kind, { user, key, why: error.code ?? error.cause?.code ?? error.message });
      return kind;
    } finally {
      this.inFlight -= 1;
    }
  }
}
