import { Person, SystemProcess } from '@app/testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ensureBuilt } from '../../../scripts/workspace.mjs';

beforeAll(() => ensureBuilt({ say: () => undefined }));

describe('the end of an idle system', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s is clean, and so is the next start', async (signal) => {
    const system = await SystemProcess.start();
    onTestFinished(async () => void (await system.dispose()));
    expect(await system.end(signal)).toBe(0);
    expect(system.printed).toContain('Stopped.');
    await system.boot();
    expect(await system.end(signal)).toBe(0);
  });

  it('tells the sockets at either door to come back', async () => {
    const system = await SystemProcess.start();
    onTestFinished(async () => void (await system.dispose()));
    const ann = await Person.join(system.urls, 'ann');
    const sockets = [await ann.live(), await ann.live({ baseUrl: system.urls.chat })];
    expect(await system.end()).toBe(0);
    expect(await Promise.all(sockets.map((live) => live.closes.find()))).toEqual([1012, 1012]);
  });
});
