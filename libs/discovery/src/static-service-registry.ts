import { AppError, type ServiceName } from '@app/contracts';
import { assertInstance } from './service-instance.js';
import { ServiceRegistry, type Registration, type ServiceInstance, type ServiceWatch } from './service-registry.js';

/** One watcher: what it last saw, and the listener that is told about changes in a later microtask, never from inside `register`. */
class StaticWatch implements ServiceWatch {
  private seen: readonly ServiceInstance[] = [];
  private open = true;

  constructor(
    readonly service: ServiceName,
    private readonly listener: ((instances: readonly ServiceInstance[]) => void) | undefined,
    private readonly forget: (watch: StaticWatch) => void,
    private readonly report: (error: unknown) => void,
  ) {}

  get instances(): readonly ServiceInstance[] {
    return this.seen;
  }

  show(instances: readonly ServiceInstance[]): void {
    this.seen = instances;
    queueMicrotask(() => {
      if (!this.open) return;
      try {
        this.listener?.(instances);
      } catch (error) {
        this.report(error);
      }
    });
  }

  close(): Promise<void> {
    this.open = false;
    this.forget(this);
    return Promise.resolve();
  }
}

/**
 * The embedded registry: whoever shares the object in one process finds each other, on the real ports, also those the system chose (port 0).
 * It is as strict as Consul: watchers see changes only, lists are sorted, one id stands once whatever its service, and nothing works after `close`.
 */
export class StaticServiceRegistry extends ServiceRegistry {
  readonly description = 'static (in process)';
  private readonly instances = new Map<string, ServiceInstance>();
  private readonly watches = new Set<StaticWatch>();
  private closed = false;

  /** `reportError` is told what a listener threw; the other watchers are not disturbed. Default: a process warning. */
  constructor(private readonly reportError: (error: unknown) => void = (error) => process.emitWarning(String(error))) {
    super();
  }

  /** @throws RangeError when the instance cannot be reached as described; AppError UNAVAILABLE after `close`. */
  register(instance: ServiceInstance): Promise<Registration> {
    return this.attempt(() => {
      assertInstance(instance);
      const entry = Object.freeze({ ...instance });
      const before = this.instances.get(entry.id);
      this.instances.set(entry.id, entry);
      if (before && before.service !== entry.service) this.publish(before.service);
      if (!before || !isSame(before, entry)) this.publish(entry.service);
      return { deregister: () => Promise.resolve(this.remove(entry)) };
    });
  }

  /** The first list is there when the promise resolves. @throws AppError UNAVAILABLE after `close`. */
  watch(service: ServiceName, listener?: (instances: readonly ServiceInstance[]) => void): Promise<ServiceWatch> {
    return this.attempt(() => {
      const watch = new StaticWatch(service, listener, (gone) => this.watches.delete(gone), this.reportError);
      this.watches.add(watch);
      watch.show(this.list(service));
      return watch;
    });
  }

  isUp(): boolean {
    return !this.closed;
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.watches].map((watch) => watch.close()));
    this.instances.clear();
  }

  /** A registration that was replaced removes nothing. */
  private remove(entry: ServiceInstance): void {
    if (this.instances.get(entry.id) !== entry) return;
    this.instances.delete(entry.id);
    this.publish(entry.service);
  }

  private publish(service: ServiceName): void {
    const instances = this.list(service);
    for (const watch of this.watches) if (watch.service === service) watch.show(instances);
  }

  private list(service: ServiceName): readonly ServiceInstance[] {
    const found = [...this.instances.values()].filter((instance) => instance.service === service);
    return Object.freeze(found.sort((a, b) => (a.id < b.id ? -1 : 1)));
  }

  private attempt<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.closed) throw new AppError('UNAVAILABLE', { message: 'the service registry is closed' });
      resolve(work());
    });
  }
}

const isSame = (a: ServiceInstance, b: ServiceInstance): boolean =>
  a.service === b.service && a.host === b.host && a.port === b.port;
