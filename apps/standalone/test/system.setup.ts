import { SystemProcess, type SystemUrls } from '@app/testing';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    urls: SystemUrls;
  }
}

/**
 * One system for all flow tests: the running one that BASE_URL names (AUTH_URL and CHAT_URL where the services can be reached directly, else
 * everything goes through the gateway), or the built standalone on an empty data folder.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env['SYSTEM_URLS'];
  if (running !== undefined) {
    project.provide('urls', JSON.parse(running) as SystemUrls);
    return () => Promise.resolve();
  }
  const system = await SystemProcess.start();
  project.provide('urls', system.urls);
  return async () => {
    const code = await system.dispose();
    if (code !== 0) throw new Error(`the system ended with ${code}:\n${system.printed}`);
  };
}
