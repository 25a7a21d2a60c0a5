import { vi } from 'vitest';

/** Waits for a condition: asks often, and long enough for a busy machine. */
export async function until(condition: () => void | Promise<void>, timeout = 10_000): Promise<void> {
  await vi.waitFor(condition, { interval: 5, timeout });
}
