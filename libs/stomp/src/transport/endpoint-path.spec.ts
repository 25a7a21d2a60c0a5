import { describe, expect, it } from 'vitest';
import { EndpointPath } from './endpoint-path.js';

const paths = new EndpointPath('/ws', 8);

describe('EndpointPath', () => {
  it.each(['/', '/wsx', '/wsx/info', '/api/ws', '/WS', '', '*', 'http://h/ws'])('%s is not ours', (url) => {
    expect(paths.owns(url)).toBe(false);
  });

  it.each([
    ['/ws', 'greeting'],
    ['/ws/', 'greeting'],
    ['/ws?a=/b', 'greeting'],
    ['/ws/info', 'info'],
    ['/ws/info?t=1', 'info'],
    ['/ws/websocket', 'raw-websocket'],
    ['/ws/websocket/', 'unknown'],
    ['/ws/iframe.html', 'unknown'],
    ['/ws/iframe-1.html', 'unknown'],
    ['/ws/a', 'unknown'],
    ['/ws/a/b', 'unknown'],
    ['/ws/a/b/xhr/', 'unknown'],
    ['/ws/a/b/xhr/c', 'unknown'],
    ['/ws//b/xhr', 'unknown'],
    ['/ws/a//xhr', 'unknown'],
    ['/ws/a.b/c/xhr', 'unknown'],
    ['/ws/a/b.c/xhr', 'unknown'],
    ['/ws/../b/xhr', 'unknown'],
    ['/ws/a/b/xhr;x=1', 'unknown'],
    ['/ws/a/b/jsonp', 'unknown'],
    ['/ws/a/b/jsonp_send', 'unknown'],
    ['/ws/a/b/htmlfile', 'unknown'],
    ['/ws/a/b/toString', 'unknown'],
    ['/ws/a/b/__proto__', 'unknown'],
    ['/ws/a/123456789/xhr', 'unknown'],
  ])('%s is %s', (url, kind) => {
    expect(paths.owns(url)).toBe(true);
    expect(paths.getRoute(url)).toEqual({ kind });
  });

  it('finds the session and the transport', () => {
    expect(paths.getRoute('/ws/1/b/websocket')).toEqual({ kind: 'sockjs-websocket', session: 'b' });
    expect(paths.getRoute('/ws/1/b/xhr_send?x')).toEqual({ kind: 'send', session: 'b' });
    expect(paths.getRoute('/ws/1/b/xhr')).toEqual({ kind: 'receive', session: 'b', transport: 'xhr-polling' });
    expect(paths.getRoute('/ws/1/12345678/xhr_streaming')).toMatchObject({ transport: 'xhr-streaming' });
    expect(paths.getRoute('/ws/1/b/eventsource')).toMatchObject({ transport: 'eventsource' });
  });
});
