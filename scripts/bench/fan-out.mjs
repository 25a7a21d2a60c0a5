import { ageOf, nowMicros, pause, stampedText } from './clock.mjs';
import { answerCalls } from './child.mjs';
import { Samples } from './figures.mjs';
import { StompReader } from './stomp-reader.mjs';

/**
 * The members of one group. Some of them write; a next message goes out when the one before has reached everybody, so that nothing piles up and
 * a lost delivery stops the run.
 */
const WRITERS = 8;
const STALL_MS = 15_000;

let readers = [];
let onDelivery = () => undefined;

async function connect({ url, tokens, destination }) {
  readers = await Promise.all(
    tokens.map((token) => StompReader.connect(url, token, (bytes, start) => onDelivery(bytes, start))),
  );
  await Promise.all(readers.map((reader) => reader.subscribe(destination)));
}

/** `window` messages on their way at any time for `ms`. Deliveries per second, and how old each was. */
async function run({ ms, window, destination, bodyHead }) {
  const ages = new Samples();
  const start = nowMicros();
  const until = start + ms * 1_000;
  let deliveries = 0;
  let sent = 0;
  let complete = 0;
  const sendNext = () => {
    const body = `${bodyHead}"content":"${stampedText()}"}`;
    readers[sent++ % WRITERS].send(destination, body).catch(() => undefined);
  };
  onDelivery = (bytes, at) => {
    if (deliveries++ % 16 === 0) ages.add(ageOf(bytes, at) ?? NaN);
    if (Math.floor(deliveries / readers.length) === complete) return;
    complete += 1;
    if (nowMicros() < until) sendNext();
  };
  for (let i = 0; i < window; i++) sendNext();
  await untilComplete(() => ({ complete, sent, over: nowMicros() >= until }));
  const seconds = (nowMicros() - start) / 1_000_000;
  return { deliveries, perSecond: deliveries / seconds, sendsPerSecond: sent / seconds, ...ages.summary() };
}

async function untilComplete(state) {
  let last = -1;
  let since = nowMicros();
  for (;;) {
    const broken = readers.find(({ failure }) => failure);
    if (broken) throw broken.failure;
    const { complete, sent, over } = state();
    if (over && complete === sent) return;
    if (complete !== last) since = nowMicros();
    last = complete;
    if (nowMicros() - since > STALL_MS * 1_000) throw new Error(`${complete} of ${sent} messages reached everybody`);
    await pause(5);
  }
}

answerCalls({ connect, run });
