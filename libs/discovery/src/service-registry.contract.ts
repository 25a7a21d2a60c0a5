import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SERVICES } from '@app/contracts';
import type { ServiceInstance, ServiceRegistry } from './service-registry.js';

const instance = (id: string, port = 4000, service: ServiceInstance['service'] = SERVICES.chat): ServiceInstance => ({
  id,
  service,
  host: '127.0.0.1',
  port,
});

type Lists = ServiceInstance[][];
const ids = (list: readonly ServiceInstance[] | undefined): string[] => (list ?? []).map(({ id }) => id);

/** What every adapter of {@link ServiceRegistry} keeps. `open` gives a connected registry that no other test uses. */
export function describeServiceRegistry(name: string, open: () => Promise<ServiceRegistry>): void {
  const start = async (): Promise<ServiceRegistry> => {
    const registry = await open();
    onTestFinished(() => registry.close());
    return registry;
  };
  const follow = async (registry: ServiceRegistry, service = instance('').service) => {
    const lists: Lists = [];
    const watch = await registry.watch(service, (list) => lists.push([...list]));
    return { lists, watch };
  };

  describe(`${name} keeps the contract of ServiceRegistry`, () => {
    it('shows a new watcher who is registered already, sorted by id', async () => {
      const registry = await start();
      for (const id of ['b', 'c', 'a']) await registry.register(instance(id));
      const { lists, watch } = await follow(registry);
      await vi.waitFor(() => expect(ids(watch.instances)).toEqual(['a', 'b', 'c']));
      await vi.waitFor(() => expect(ids(lists.at(-1))).toEqual(['a', 'b', 'c']));
      expect(watch.instances[0]).toEqual(instance('a'));
    });

    it('calls the listener at the start, also with an empty list', async () => {
      const { lists } = await follow(await start());
      await vi.waitFor(() => expect(lists).toEqual([[]]));
    });

    it('shows watchers each coming and going, sorted by id', async () => {
      const registry = await start();
      const { lists, watch } = await follow(registry);
      await registry.register(instance('b'));
      await vi.waitFor(() => expect(ids(lists.at(-1))).toEqual(['b']));
      const first = await registry.register(instance('a'));
      await vi.waitFor(() => expect(ids(lists.at(-1))).toEqual(['a', 'b']));
      await first.deregister();
      await vi.waitFor(() => expect(ids(lists.at(-1))).toEqual(['b']));
      expect(ids(watch.instances)).toEqual(['b']);
    });

    it('keeps services apart', async () => {
      const registry = await start();
      const chat = await follow(registry);
      const auth = await follow(registry, SERVICES.auth);
      await registry.register(instance('a', 4000, SERVICES.auth));
      await vi.waitFor(() => expect(ids(auth.lists.at(-1))).toEqual(['a']));
      await registry.register(instance('c'));
      await vi.waitFor(() => expect(ids(chat.lists.at(-1))).toEqual(['c']));
      expect(chat.lists.flat().map(({ id }) => id)).not.toContain('a');
    });

    it('replaces an instance that registers its id again elsewhere', async () => {
      const registry = await start();
      const { lists, watch } = await follow(registry);
      await registry.register(instance('a', 4000));
      await registry.register(instance('a', 4001));
      await vi.waitFor(() => expect(lists.at(-1)).toEqual([instance('a', 4001)]));
      expect(watch.instances).toHaveLength(1);
    });

    it('moves an id that registers under another service', async () => {
      const registry = await start();
      const chat = await follow(registry);
      const auth = await follow(registry, SERVICES.auth);
      await registry.register(instance('a'));
      await vi.waitFor(() => expect(ids(chat.lists.at(-1))).toEqual(['a']));
      await registry.register(instance('a', 4000, SERVICES.auth));
      await vi.waitFor(() => expect(ids(auth.lists.at(-1))).toEqual(['a']));
      await vi.waitFor(() => expect(chat.lists.at(-1)).toEqual([]));
    });

    it('tells no listener when nothing changed', async () => {
      const registry = await start();
      const { lists } = await follow(registry);
      await registry.register(instance('a'));
      await registry.register(instance('a'));
      await registry.register(instance('b'));
      await vi.waitFor(() => expect(ids(lists.at(-1))).toEqual(['a', 'b']));
      expect(lists.map(ids).filter((list) => list.join() === 'a').length).toBeLessThanOrEqual(1);
    });

    it('lets a registration that was replaced take nothing away', async () => {
      const registry = await start();
      const { watch } = await follow(registry);
      const stale = await registry.register(instance('a', 4000));
      const fresh = await registry.register(instance('a', 4001));
      await stale.deregister();
      await vi.waitFor(() => expect(watch.instances).toEqual([instance('a', 4001)]));
      await fresh.deregister();
      await vi.waitFor(() => expect(watch.instances).toEqual([]));
    });

    it('deregisters once', async () => {
      const registry = await start();
      const { lists } = await follow(registry);
      const registration = await registry.register(instance('a'));
      await vi.waitFor(() => expect(ids(lists.at(-1))).toEqual(['a']));
      await registration.deregister();
      await registration.deregister();
      await vi.waitFor(() => expect(lists.at(-1)).toEqual([]));
    });

    it('tells every listener later, in a turn of its own', async () => {
      const registry = await start();
      const { lists } = await follow(registry);
      await vi.waitFor(() => expect(lists).toHaveLength(1));
      const registering = registry.register(instance('a'));
      expect(lists).toHaveLength(1);
      await registering;
    });

    it('tells nothing to a watch that was closed', async () => {
      const registry = await start();
      const closed = await follow(registry);
      const open = await follow(registry);
      await vi.waitFor(() => expect(closed.lists).toHaveLength(1));
      await closed.watch.close();
      await closed.watch.close();
      await registry.register(instance('a'));
      await vi.waitFor(() => expect(ids(open.lists.at(-1))).toEqual(['a']));
      expect(closed.lists).toEqual([[]]);
      expect(closed.watch.instances).toEqual([]);
    });

    it('tells nothing any more once it is closed, also of a change that was under way', async () => {
      const registry = await start();
      const { lists, watch } = await follow(registry);
      await vi.waitFor(() => expect(lists).toHaveLength(1));
      const registering = registry.register(instance('a'));
      await watch.close();
      await registering;
      expect(lists).toHaveLength(1);
    });

    it('gives away no object through which its own state could be changed', async () => {
      const registry = await start();
      const mine = { ...instance('a') };
      await registry.register(mine);
      mine.port = 1;
      const { watch } = await follow(registry);
      await vi.waitFor(() => expect(watch.instances).toHaveLength(1));
      expect(() => (watch.instances as ServiceInstance[]).push(instance('b'))).toThrow(TypeError);
      expect(() => Object.assign(watch.instances[0]!, { port: 2 })).toThrow(TypeError);
      expect(watch.instances).toEqual([instance('a')]);
    });

    it.each([
      ['port 0', instance('a', 0)],
      ['a port above 65535', instance('a', 65_536)],
      ['no id', instance('')],
      ['no host', { ...instance('a'), host: '' }],
    ])('refuses an instance with %s', async (_what, unreachable) => {
      const registry = await start();
      await expect(registry.register(unreachable)).rejects.toThrow(RangeError);
    });

    it('is up until it is closed, and then refuses to work', async () => {
      const registry = await start();
      const { lists } = await follow(registry);
      await vi.waitFor(() => expect(lists).toHaveLength(1));
      expect(registry.isUp()).toBe(true);
      await registry.close();
      await registry.close();
      expect(registry.isUp()).toBe(false);
      await expect(registry.register(instance('a'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(registry.watch(SERVICES.chat)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(lists).toEqual([[]]);
    });

    it('says in a few words what it is', async () => {
      expect((await start()).description).toMatch(/^\S[^\n]{2,80}$/);
    });
  });
}
