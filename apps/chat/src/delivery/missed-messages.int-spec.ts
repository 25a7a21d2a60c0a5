import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import type { MessageDto } from '@app/contracts';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryRepository } from '../directory/index.js';
import { GroupAudienceRepository } from './group-audience.repository.js';
import { TestInstances, type TestInstance } from './instances.fixture.js';
import { MissedMessagesRepository } from './missed-messages.repository.js';

let world: TestInstances;
let instance: TestInstance;
let missed: MissedMessagesRepository;

beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  world = await TestInstances.open();
  instance = await world.start('one', true);
  missed = new MissedMessagesRepository(world.database, new DirectoryRepository());
});
afterEach(() => world.close());

describe('MissedMessagesRepository', () => {
  it('gives private messages exactly as their senders were answered', async () => {
    const sent: MessageDto[] = [];
    for (let n = 0; n < 5; n++) sent.push(await instance.send(1 + (n % 2), { receiver: 2 - (n % 2) }, `m${n}`));
    expect(await missed.find('p:1:2', 2, 4)).toEqual({ messages: sent.slice(1, 4), membershipVersion: 0 });
    expect((await missed.find('p:1:2', 4, 99))!.messages).toEqual(sent.slice(3));
  });

  it('gives group messages with the version of the membership now', async () => {
    const groupId = await world.createGroup([1, 2, 3]);
    const sent = await instance.send(1, { groupId }, 'hi');
    await world.removeMember(groupId, 3);
    expect(await missed.find(`g:${groupId}`, 1, 1)).toEqual({ messages: [sent], membershipVersion: 2 });
  });

  it('shows a deleted author as such', async () => {
    await instance.send(1, { receiver: 2 }, 'hi');
    await world.write("UPDATE users SET deleted_at = '2026-01-01 00:00:00.000' WHERE id = 1");
    expect((await missed.find('p:1:2', 1, 1))!.messages[0]!.sender).toEqual({ id: 1, username: 'deleted-1' });
  });

  it('is null for a conversation that there is not', async () => {
    for (const id of ['p:1:2', 'g:7', 'nonsense']) expect(await missed.find(id, 1, 1)).toBeNull();
  });
});

describe('GroupAudienceRepository', () => {
  it('gives members and version, and nobody for a group that there is not', async () => {
    const audience = new GroupAudienceRepository(world.database);
    const groupId = await world.createGroup([1, 2, 3]);
    expect(await audience.find(groupId)).toEqual({ version: 1, userIds: new Set([1, 2, 3]) });
    await world.removeMember(groupId, 2);
    expect(await audience.find(groupId)).toEqual({ version: 2, userIds: new Set([1, 3]) });
    expect(await audience.find(groupId + 1)).toEqual({ version: 0, userIds: new Set() });
  });
});
