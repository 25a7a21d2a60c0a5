import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AcceptPathFixture, asSender } from './accept-path.fixture.js';

const SENDERS = 64;
const PER_SENDER = 300;
const content = 'x'.repeat(300);

describe('64 senders at the same time', () => {
  let path: AcceptPathFixture;
  beforeAll(async () => {
    path = await AcceptPathFixture.start({ users: 2 * SENDERS });
  });
  afterAll(() => path.stop());

  const sendAll = async (prefix: string, perSender: number): Promise<void> => {
    const loop = async (sender: number): Promise<void> => {
      for (let n = 0; n < perSender; n += 1) {
        const request = { receiver: { id: SENDERS + sender }, content, clientMsgId: `${prefix}-${sender}-${n}` };
        await path.messages.sendMessage(asSender(sender), request);
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, (_, index) => loop(index + 1)));
  };

  /** The upper bound of the bucket below that of the median: at least so many sends shared the median transaction. */
  const medianBatch = async (): Promise<number> => {
    const { values } = await path.metrics.histogram({ name: 'chat_send_batch_size', help: '' }).get();
    const buckets = values.filter(({ metricName }) => metricName?.endsWith('_bucket'));
    const total = values.find(({ metricName }) => metricName?.endsWith('_count'))?.value ?? 0;
    return Math.max(0, ...buckets.filter(({ value }) => value < total / 2).map(({ labels }) => Number(labels.le)));
  };

  it('share their transactions: the median batch is 8 or more, by the metric', async () => {
    await sendAll('warm', 30);
    const before = process.cpuUsage();
    const start = performance.now();
    await sendAll('run', PER_SENDER);
    const ms = performance.now() - start;
    const cpu = process.cpuUsage(before);
    const sent = SENDERS * PER_SENDER;
    process.stdout.write(
      `accept path: ${Math.round((sent / ms) * 1000)} sends/s, ${Math.round((cpu.user + cpu.system) / sent)} us CPU per send\n`,
    );
    expect(await medianBatch()).toBeGreaterThanOrEqual(8);
    expect(await path.query('SELECT COUNT(*) AS n FROM messages')).toEqual([{ n: sent + SENDERS * 30 }]);
  });
});
