import type { Server } from 'node:net';
import type { ServiceName } from '@app/contracts';
import type { Registration, ServiceInstance, ServiceRegistry } from './service-registry.js';

/**
 * Every adapter refuses what no one could call: an empty id or host, a port outside 1 to 65535 (port 0 is no address: register after `listen`).
 * @throws RangeError
 */
export function assertInstance({ id, service, host, port }: ServiceInstance): void {
  if (id === '' || host === '' || !Number.isInteger(port) || port < 1 || port > 65_535)
    throw new RangeError(`not a reachable instance of ${service}: id '${id}' at ${host}:${port}`);
}

const ANY_ADDRESS = new Set(['0.0.0.0', '::', '']);

/**
 * Registers a listening server under the address it really has, so that `port: 0` is found, too. A server on all addresses is announced as
 * `advertisedHost` (default 127.0.0.1).
 * @throws RangeError when the server does not listen on TCP
 */
export async function announce(
  registry: ServiceRegistry,
  service: ServiceName,
  instanceId: string,
  server: Server,
  advertisedHost = '127.0.0.1',
): Promise<Registration> {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new RangeError(`${service} does not listen on TCP`);
  const host = ANY_ADDRESS.has(address.address) ? advertisedHost : address.address;
  return registry.register({ id: instanceId, service, host, port: address.port });
}
