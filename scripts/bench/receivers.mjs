import { ageOf } from './clock.mjs';
import { answerCalls } from './child.mjs';
import { Samples } from './figures.mjs';
import { StompReader } from './stomp-reader.mjs';

/** The receivers of private messages: one socket each; how old each message is when it comes. */
let readers = [];
let ages = new Samples();

function see(bytes, start) {
  const age = ageOf(bytes, start);
  if (age !== null) ages.add(age);
}

answerCalls({
  async connect({ url, tokens }) {
    readers = await Promise.all(tokens.map((token) => StompReader.connect(url, token, see)));
    await Promise.all(readers.map((reader) => reader.subscribe('/user/queue/reply')));
  },
  begin() {
    ages = new Samples();
  },
  count: () => ages.count,
  summary() {
    const broken = readers.find(({ failure }) => failure);
    if (broken) throw broken.failure;
    return { count: ages.count, ...ages.summary() };
  },
});
