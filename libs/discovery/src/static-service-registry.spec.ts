import { createServer } from 'node:http';
import { expect, it, vi } from 'vitest';
import { SERVICES } from '@app/contracts';
import { announce } from './service-instance.js';
import { StaticServiceRegistry } from './static-service-registry.js';
import { describeServiceRegistry } from './service-registry.contract.js';

describeServiceRegistry('StaticServiceRegistry', () => Promise.resolve(new StaticServiceRegistry()));

it('disturbs no other watcher when a listener throws, and tells who asked to know', async () => {
  const errors: unknown[] = [];
  const registry = new StaticServiceRegistry((error) => errors.push(error));
  const failure = new Error('a listener fails');
  await registry.watch(SERVICES.chat, () => {
    throw failure;
  });
  const lists: number[] = [];
  await registry.watch(SERVICES.chat, (list) => lists.push(list.length));
  await registry.register({ id: 'a', service: SERVICES.chat, host: '127.0.0.1', port: 1 });
  await vi.waitFor(() => expect(lists).toEqual([0, 1]));
  expect(errors).toEqual([failure, failure]);
});

it('announces no server that does not listen', async () => {
  await expect(announce(new StaticServiceRegistry(), SERVICES.chat, 'a', createServer())).rejects.toThrow(RangeError);
});
