import { describe, expect, it } from 'vitest';
import { Inbox } from './inbox.js';

class Recorder {
  readonly log: string[] = [];
  onData: (text: string) => void = () => {};
  data(chunk: Buffer): void {
    this.log.push(chunk.toString());
    this.onData(chunk.toString());
  }
  closed(code: number, reason: string): void {
    this.log.push(`closed ${code} ${reason}`);
  }
}

function open(): { inbox: Inbox; recorder: Recorder } {
  const inbox = new Inbox();
  const recorder = new Recorder();
  inbox.listen(recorder);
  return { inbox, recorder };
}

const tick = async (): Promise<void> => Promise.resolve();

describe('Inbox', () => {
  it('delivers in order, and drops empty chunks', () => {
    const { inbox, recorder } = open();
    for (const text of ['a', '', 'b']) inbox.push(Buffer.from(text));
    expect(recorder.log).toEqual(['a', 'b']);
  });

  it('holds what comes while paused, even within one delivery, and goes on after resume', async () => {
    const { inbox, recorder } = open();
    recorder.onData = (text) => (text === 'a' ? inbox.pause() : undefined);
    for (const text of ['a', 'b', 'c']) inbox.push(Buffer.from(text));
    expect(recorder.log).toEqual(['a']);
    expect(inbox.holding).toBe(true);
    inbox.resume();
    expect(recorder.log).toEqual(['a']);
    await tick();
    expect(recorder.log).toEqual(['a', 'b', 'c']);
    expect(inbox.holding).toBe(false);
  });

  it('stays paused when paused again before the held chunks went out', async () => {
    const { inbox, recorder } = open();
    inbox.pause();
    inbox.push(Buffer.from('a'));
    inbox.resume();
    inbox.pause();
    await tick();
    expect(recorder.log).toEqual([]);
  });

  it('never nests: a push from inside data comes after it', () => {
    const { inbox, recorder } = open();
    recorder.onData = (text) => {
      if (text === 'a') inbox.push(Buffer.from('b'));
      recorder.log.push(`end ${text}`);
    };
    inbox.push(Buffer.from('a'));
    expect(recorder.log).toEqual(['a', 'end a', 'b', 'end b']);
  });

  it('delivers what a client sent before it closed, then closed, once', async () => {
    const { inbox, recorder } = open();
    inbox.pause();
    inbox.push(Buffer.from('a'));
    inbox.finish(1000, 'bye');
    await tick();
    expect(recorder.log).toEqual([]);
    inbox.resume();
    await tick();
    inbox.abort(1006, '');
    inbox.push(Buffer.from('b'));
    await tick();
    expect(recorder.log).toEqual(['a', 'closed 1000 bye']);
  });

  it('drops what is held when aborted, and tells so although paused, but not from inside the call', async () => {
    const { inbox, recorder } = open();
    inbox.pause();
    inbox.push(Buffer.from('a'));
    inbox.abort(1006, 'gone');
    expect(recorder.log).toEqual([]);
    await tick();
    expect(recorder.log).toEqual(['closed 1006 gone']);
  });

  it('hears nothing between deafen and abort', async () => {
    const { inbox, recorder } = open();
    recorder.onData = () => inbox.deafen();
    inbox.push(Buffer.from('a'));
    inbox.push(Buffer.from('b'));
    inbox.resume();
    await tick();
    expect(recorder.log).toEqual(['a']);
    inbox.abort(1002, 'ours');
    await tick();
    expect(recorder.log).toEqual(['a', 'closed 1002 ours']);
  });

  it.each(['resume', 'abort'] as const)('idle waits while paused, until %s', async (way) => {
    const { inbox } = open();
    await inbox.idle();
    inbox.pause();
    inbox.push(Buffer.from('a'));
    let idle = false;
    const waiting = inbox.idle().then(() => (idle = true));
    await tick();
    expect(idle).toBe(false);
    if (way === 'resume') inbox.resume();
    else inbox.abort(1006, '');
    await waiting;
    expect(idle).toBe(true);
  });
});
