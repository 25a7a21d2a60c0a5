import { cpuMicros } from './cpu.mjs';
import { System } from './system.mjs';

/** The system under load: a running one that BASE_URL names, else the built one, started here on an empty data folder. */
export async function openTarget({ BASE_URL, CHAT_URL, BENCH_PIDS }, nodeArgs) {
  if (BASE_URL) {
    const pids = (BENCH_PIDS ?? '').split(',').filter(Boolean).map(Number);
    return { gateway: BASE_URL, chat: CHAT_URL ?? BASE_URL, cpu: () => cpuMicros(pids), close: () => undefined };
  }
  // Cheap passwords: making the users is no part of what is measured.
  const system = await System.start({ env: { BCRYPT_COST: '4' }, nodeArgs });
  const close = () => system.dispose();
  return { gateway: system.gatewayUrl, chat: system.chatUrl, cpu: () => cpuMicros([system.pid]), close };
}

const BATCHES = /^chat_send_batch_size_bucket\{.*?le="([^"]+)".*\} (\d+)$/gm;

/** How many batches had at most so many sends, by the chat service's own metric; empty where it cannot be read. */
export async function readBatches({ chat }) {
  const text = await fetch(`${chat}/metrics`).then(
    (response) => (response.ok ? response.text() : ''),
    () => '',
  );
  return [...text.matchAll(BATCHES)].map(([, most, count]) => ({
    most: Number(most.replace('+Inf', 'Infinity')),
    count: Number(count),
  }));
}

/** The bucket in which the median batch between two readings lies: at most so many sends. */
export function medianBatch(before, after) {
  const counts = after.map(({ most, count }, index) => ({ most, count: count - (before[index]?.count ?? 0) }));
  const all = counts.at(-1)?.count ?? 0;
  return all === 0 ? NaN : counts.find(({ count }) => count >= all / 2).most;
}
