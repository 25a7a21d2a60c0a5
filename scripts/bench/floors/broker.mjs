import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { answerCalls } from '../child.mjs';

/**
 * The least that live delivery costs: `ws`, no checks, no store. A SEND gets its RECEIPT, and its body goes to every subscriber; what one event-loop
 * turn brings is written once per socket.
 */
const subscribers = new Set();
let turn = [];

/** One unmasked text frame. */
function frame(text) {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, payload]);
}

function flush() {
  const bytes = Buffer.concat(turn);
  turn = [];
  for (const socket of subscribers) socket.write(bytes);
}

function broadcast(text) {
  if (subscribers.size === 0) return;
  const body = text.slice(text.indexOf('\n\n') + 2, -1);
  if (turn.length === 0) setImmediate(flush);
  // As long as the system's own frame around the same text.
  turn.push(
    frame(`MESSAGE\nsubscription:s1\nmessage-id:1\ndestination:/topic/1\nx-pad:${'.'.repeat(350)}\n\n${body}\0`),
  );
}

function answer(socket, text) {
  if (text.startsWith('CONNECT')) return socket.send('CONNECTED\nversion:1.2\n\n\0');
  if (text.startsWith('SUBSCRIBE')) subscribers.add(socket._socket);
  if (text.startsWith('SEND')) broadcast(text);
  const receipt = /\nreceipt:(.*)/.exec(text)?.[1];
  return socket.send(`RECEIPT\nreceipt-id:${receipt}\n\n\0`);
}

const server = createServer();
const webSockets = new WebSocketServer({ server, path: '/ws' });
webSockets.on('connection', (socket) => {
  const { _socket: wire } = socket;
  socket.on('message', (/** @type {Buffer} */ data) => answer(socket, data.toString()));
  socket.on('close', () => subscribers.delete(wire));
});

answerCalls({
  async start() {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${server.address().port}`;
  },
});
