import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { SERVICES } from '@app/contracts';
import { announce } from './service-instance.js';
import { StaticServiceRegistry } from './static-service-registry.js';

const listen = async (host: string) => {
  const server = createServer();
  onTestFinished(() => void server.close());
  await once(server.listen(0, host), 'listening');
  const address = server.address();
  return { server, port: typeof address === 'object' ? address?.port : undefined };
};

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', 'node-7.internal'],
])('announces a server on %s with its real port at %s', async (host, found) => {
  const registry = new StaticServiceRegistry();
  const { server, port } = await listen(host);
  await announce(registry, SERVICES.chat, 'a', server, 'node-7.internal');
  const { instances } = await registry.watch(SERVICES.chat);
  expect(instances).toEqual([{ id: 'a', service: SERVICES.chat, host: found, port }]);
});
