declare module 'sockjs-client' {
  interface SockJsOptions {
    readonly server?: string;
    readonly transports?: string | readonly string[];
    readonly timeout?: number;
  }
  export default class SockJS extends WebSocket {
    constructor(url: string, reserved?: unknown, options?: SockJsOptions);
    /** The transport that carries the session, once it is open. */
    readonly transport: string;
  }
}
