import { Child } from './child.mjs';
import { pause } from './clock.mjs';
import { cpuMicros } from './cpu.mjs';
import { makeGroup, registerUsers } from './population.mjs';
import { closedLoop, restSenders, stompSenders } from './senders.mjs';
import { medianBatch, readBatches } from './target.mjs';

export const GROUP_SIZE = 200;
const MOST_SENDERS = 64;
const WINDOW = 16;
const ARRIVAL_MS = 10_000;

/** Everything that is measured, ready to run: users, sockets and floors are set up once. */
export class Scenarios {
  #target;
  #people;
  #groupId;
  #receivers = new Child('receivers.mjs');
  #members = new Child('fan-out.mjs');
  #floors = {};

  constructor(target) {
    this.#target = target;
  }

  async prepare() {
    const users = await registerUsers(this.#target.gateway, GROUP_SIZE);
    this.#people = users
      .slice(0, MOST_SENDERS)
      .map((user, index) => ({ ...user, peerId: users[MOST_SENDERS + index].id }));
    this.#groupId = await makeGroup(this.#target.gateway, users);
    const url = this.#target.chat;
    const peers = users.slice(MOST_SENDERS, 2 * MOST_SENDERS);
    await this.#receivers.call('connect', { url, tokens: peers.map(({ token }) => token) });
    const destination = `/topic/${this.#groupId}`;
    await this.#members.call('connect', { url, tokens: users.map(({ token }) => token), destination });
    await this.#startFloors();
  }

  async #startFloors() {
    const [store, proxy, broker, crowd] = [
      'floors/store.mjs',
      'floors/proxy.mjs',
      'floors/broker.mjs',
      'fan-out.mjs',
    ].map((file) => new Child(file));
    const [proxyUrl, brokerUrl] = [await proxy.call('start'), await broker.call('start')];
    this.#floors = { store, proxy, broker, crowd, proxyUrl, brokerUrl };
  }

  close() {
    const { store, proxy, broker, crowd } = this.#floors;
    for (const child of [this.#receivers, this.#members, store, proxy, broker, crowd]) child?.end();
  }

  /** Private messages by POST through the gateway. */
  rest(count, ms) {
    return this.#private(restSenders(this.#target.gateway, this.#people.slice(0, count)), ms);
  }

  /** Private messages by SEND `/app/chat.send` with a receipt, straight to the chat service. */
  async stomp(count, ms) {
    return this.#private(await stompSenders(this.#target.chat, this.#people.slice(0, count)), ms);
  }

  async #private({ senders, close }, ms) {
    await this.#receivers.call('begin');
    const [cpu, batches] = [this.#target.cpu(), await readBatches(this.#target)];
    const { sent, perSecond, p50, p99 } = await closedLoop(senders, ms);
    const pushed = await this.#untilPushed(sent);
    const used = (this.#target.cpu() - cpu) / sent;
    await close();
    const batch = medianBatch(batches, await readBatches(this.#target));
    return { perSecond, p50, p99, pushP50: pushed.p50, pushP99: pushed.p99, cpu: used, batch };
  }

  async #untilPushed(sent) {
    const deadline = performance.now() + ARRIVAL_MS;
    while ((await this.#receivers.call('count')) < sent && performance.now() < deadline) await pause(20);
    const summary = await this.#receivers.call('summary');
    if (summary.count !== sent) throw new Error(`${sent} messages were accepted, ${summary.count} pushed`);
    return summary;
  }

  /** Messages to the group, stored and delivered to each member. */
  async fanOut(ms) {
    const cpu = this.#target.cpu();
    const bodyHead = `{"groupId":${this.#groupId},`;
    const run = await this.#members.call('run', { ms, window: WINDOW, destination: '/app/chat.send', bodyHead });
    return { ...run, cpu: (this.#target.cpu() - cpu) / run.deliveries };
  }

  storeFloor(size, ms) {
    return this.#floors.store.call('run', { size, ms });
  }

  async proxyFloor(count, ms) {
    const { proxy, proxyUrl } = this.#floors;
    return this.#floor(proxy, restSenders(proxyUrl, this.#people.slice(0, count)), ms);
  }

  async receiptFloor(count, ms) {
    const { broker, brokerUrl } = this.#floors;
    return this.#floor(broker, await stompSenders(brokerUrl, this.#people.slice(0, count)), ms);
  }

  async #floor({ pid }, { senders, close }, ms) {
    const cpu = cpuMicros([pid]);
    const { sent, ...run } = await closedLoop(senders, ms);
    const used = (cpuMicros([pid]) - cpu) / sent;
    await close();
    return { ...run, cpu: used };
  }

  async broadcastFloor(ms) {
    const { broker, crowd, brokerUrl: url } = this.#floors;
    const destination = '/topic/1';
    if (!this.#floors.crowded)
      await crowd.call('connect', { url, tokens: Array(GROUP_SIZE).fill('none'), destination });
    this.#floors.crowded = true;
    const cpu = cpuMicros([broker.pid]);
    const run = await crowd.call('run', { ms, window: WINDOW, destination: '/app/chat.send', bodyHead: '{' });
    return { ...run, cpu: (cpuMicros([broker.pid]) - cpu) / run.deliveries };
  }
}
