/** Microseconds of the machine's monotonic clock: the same in every process. */
export function nowMicros() {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1_000_000 + nanos / 1_000;
}

const MARK = '@@';
const DIGITS = 15;

/** A message text of 300 characters that carries the time of its sending. */
export const stampedText = () => `${MARK}${String(Math.round(nowMicros())).padStart(DIGITS, '0')}`.padEnd(300, '.');

/** Microseconds since the text in `bytes` (from `start` on) was made; null when there is no stamp. */
export function ageOf(bytes, start) {
  const at = bytes.indexOf(MARK, start, 'latin1');
  if (at === -1) return null;
  const from = at + MARK.length;
  return nowMicros() - Number(bytes.latin1Slice(from, from + DIGITS));
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
