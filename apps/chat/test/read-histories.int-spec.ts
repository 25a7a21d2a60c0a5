import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChatReadsFixture } from './chat-reads.fixture.js';
import { RandomHistory, createRandom, servicesOf } from './random-history.js';

const HISTORIES = 1_000;
const STEPS = 30;
const SEED = Number(process.env.HISTORY_SEED ?? Date.now() % 1_000_000);

describe('unread, last read, status and info', () => {
  let chat: ChatReadsFixture;
  beforeAll(async () => {
    chat = await ChatReadsFixture.start();
    // What a power cut would leave is no concern of this test, which writes some ten thousand times.
    await chat.database.writer.query('PRAGMA synchronous = OFF');
  });
  afterAll(() => chat.stop());

  it(
    `equal a naive count over ${HISTORIES} random histories (HISTORY_SEED=${SEED})`,
    { timeout: 300_000 },
    async () => {
      process.stdout.write(`HISTORY_SEED=${SEED}\n`);
      const services = servicesOf(chat);
      let checks = 0;
      for (let index = 0; index < HISTORIES; index += 1) {
        const random = createRandom((SEED + 1) * 2_654_435 + index * 7_919);
        const history = await RandomHistory.begin(chat, services, random);
        try {
          for (let step = 1; step <= STEPS; step += 1) {
            await history.step();
            if (step !== STEPS && random(8) !== 0) continue;
            await history.check();
            checks += 1;
          }
        } catch (cause) {
          throw new Error(`HISTORY_SEED=${SEED}, history ${index}:\n${history.trace.join('\n')}`, { cause });
        }
      }
      expect(checks).toBeGreaterThanOrEqual(HISTORIES);
    },
  );
});
