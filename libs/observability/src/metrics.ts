import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface MetricOptions<L extends string = string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly L[];
}

export interface HistogramOptions<L extends string = string> extends MetricOptions<L> {
  /** Upper bounds, in the unit that the name ends with. */
  readonly buckets?: readonly number[];
}

export interface GaugeOptions<L extends string = string> extends MetricOptions<L> {
  /** Read at each scrape instead of being set. */
  readonly collect?: () => number;
}

/** One app's own Prometheus registry. Asking twice for a name gives the same metric; for another kind under that name it throws. */
export class Metrics {
  private readonly registry = new Registry();
  readonly contentType = this.registry.contentType;

  /** `service` stands on each sample. With `process`, the figures of the process (memory, event loop, GC) are among them. */
  constructor(options: { readonly service?: string; readonly process?: boolean } = {}) {
    if (options.service) this.registry.setDefaultLabels({ service: options.service });
    if (options.process ?? true) collectDefaultMetrics({ register: this.registry });
  }

  counter<L extends string = string>({ name, help, labelNames = [] }: MetricOptions<L>): Counter<L> {
    return this.getOrCreate(name, Counter<L>, () => {
      return new Counter<L>({ name, help, labelNames: [...labelNames], registers: [this.registry] });
    });
  }

  gauge<L extends string = string>({ name, help, labelNames = [], collect }: GaugeOptions<L>): Gauge<L> {
    const read = collect;
    return this.getOrCreate(name, Gauge<L>, () => {
      const options = { name, help, labelNames: [...labelNames], registers: [this.registry] };
      if (!read) return new Gauge<L>(options);
      return new Gauge<L>({
        ...options,
        collect() {
          this.set(read());
        },
      });
    });
  }

  histogram<L extends string = string>({ name, help, labelNames = [], buckets }: HistogramOptions<L>): Histogram<L> {
    return this.getOrCreate(name, Histogram<L>, () => {
      const options = { name, help, labelNames: [...labelNames], registers: [this.registry] };
      return new Histogram<L>(buckets ? { ...options, buckets: [...buckets] } : options);
    });
  }

  /** All metrics in the text format of Prometheus. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private getOrCreate<M extends object>(name: string, kind: abstract new (...args: never[]) => M, create: () => M): M {
    const known = this.registry.getSingleMetric(name);
    if (known === undefined) return create();
    if (!(known instanceof kind)) throw new Error(`The metric ${name} is of another kind`);
    return known;
  }
}
