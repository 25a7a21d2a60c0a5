import type { ServiceName } from '@app/contracts';

/** One running instance of a service. `id` is what the instance answers as `x-instance-id`. */
export interface ServiceInstance {
  readonly id: string;
  readonly service: ServiceName;
  readonly host: string;
  readonly port: number;
}

export interface Registration {
  /** The instance is no longer found. Idempotent. */
  deregister(): Promise<void>;
}

export interface ServiceWatch {
  /** The last known passing instances, sorted by id; empty before the first answer. */
  readonly instances: readonly ServiceInstance[];
  close(): Promise<void>;
}

/** Where services announce themselves and find each other. */
export abstract class ServiceRegistry {
  abstract readonly description: string;
  /** Announces the instance, to be found as long as its health check passes. Registering the same id again replaces it. */
  abstract register(instance: ServiceInstance): Promise<Registration>;
  /** Follows the passing instances of a service; `listener` is called with the full list at the start and after each change. */
  abstract watch(
    service: ServiceName,
    listener?: (instances: readonly ServiceInstance[]) => void,
  ): Promise<ServiceWatch>;
  abstract isUp(): boolean;
  abstract close(): Promise<void>;
}
