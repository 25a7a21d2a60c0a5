/** Values of one run, for percentiles. */
export class Samples {
  #values = [];

  add(value) {
    this.#values.push(value);
  }

  get count() {
    return this.#values.length;
  }

  /** Milliseconds of samples in microseconds. */
  summary() {
    const sorted = Float64Array.from(this.#values).sort();
    const at = (share) =>
      sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return { p50: at(0.5) / 1_000, p99: at(0.99) / 1_000 };
  }
}

export function median(values) {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Field by field the median of the runs of one scenario. */
export function medianRun(runs) {
  const fields = Object.keys(runs[0]);
  return Object.fromEntries(fields.map((field) => [field, median(runs.map((run) => run[field]))]));
}
