/** Time as the embedded adapters use it; replaced in tests. */
export interface BusTimers {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `task` once after `ms`; the answer cancels it. Never keeps the process alive. */
  after(ms: number, task: () => void): () => void;
}

export const systemTimers: BusTimers = {
  now: () => Date.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
