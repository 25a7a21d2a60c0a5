import { Agent, createServer, request as send } from 'node:http';
import { answerCalls } from '../child.mjs';

/** The least that REST through a gateway costs: a bare server that parses the body and answers, behind a bare proxy, in one process. */
const ANSWER = JSON.stringify({
  id: 1,
  sender: { id: 1, username: 'bench' },
  content: '.'.repeat(300),
  status: 'DELIVERED',
}).padEnd(500);

const origin = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString());
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length }).end(ANSWER);
  });
});

const agent = new Agent({ keepAlive: true });
const proxy = createServer((request, response) => {
  const { method, url: path, headers } = request;
  const onward = send({ agent, port: origin.address().port, host: '127.0.0.1', method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  request.pipe(onward);
});

const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

answerCalls({
  async start() {
    await listen(origin);
    await listen(proxy);
    return `http://127.0.0.1:${proxy.address().port}`;
  },
});
