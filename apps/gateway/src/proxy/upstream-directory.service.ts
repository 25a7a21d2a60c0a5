import { SERVICES } from '@app/contracts';
import { ServiceRegistry, type ServiceWatch } from '@app/discovery';
import { HealthRegistry } from '@app/observability';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Upstreams } from '../routes/index.js';
import { UpstreamGroup } from './upstream-group.js';

const NAMES: readonly Upstreams[] = [SERVICES.auth, SERVICES.chat];

/** The passing instances of the two services, as the registry tells them. */
@Injectable()
export class UpstreamDirectory implements OnModuleInit, OnApplicationShutdown {
  private readonly groups = new Map<Upstreams, UpstreamGroup>(NAMES.map((name) => [name, new UpstreamGroup()]));
  private readonly seen = new Set<Upstreams>();
  private watches: ServiceWatch[] = [];

  constructor(
    private readonly registry: ServiceRegistry,
    health: HealthRegistry,
  ) {
    for (const name of NAMES) {
      // Ready once both have been there; later one of them may be away without the load balancer dropping us.
      health.add(`${name} seen`, 'required', () => this.seen.has(name));
      health.add(name, 'degrading', () => this.of(name).size > 0);
    }
  }

  of(service: Upstreams): UpstreamGroup {
    return this.groups.get(service)!;
  }

  async onModuleInit(): Promise<void> {
    this.watches = await Promise.all(NAMES.map((name) => this.follow(name)));
  }

  private follow(name: Upstreams): Promise<ServiceWatch> {
    return this.registry.watch(name, (instances) => {
      if (instances.length > 0) this.seen.add(name);
      this.of(name).update(instances);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.watches.map((watch) => watch.close()));
    await Promise.all([...this.groups.values()].map((group) => group.close()));
  }
}
