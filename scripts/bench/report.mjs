import { cpus, totalmem } from 'node:os';

const number = (value, digits = 0) =>
  Number.isNaN(value) || value === undefined
    ? '-'
    : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

const COLUMNS = ['scenario', 'per second', 'ack p50 ms', 'p99 ms', 'to push p50 ms', 'p99 ms', 'CPU us each', 'batch'];

const row = (name, { perSecond, p50, p99, pushP50, pushP99, cpu, batch } = {}) => [
  name,
  number(perSecond),
  number(p50, 1),
  number(p99, 1),
  number(pushP50, 1),
  number(pushP99, 1),
  number(cpu, cpu < 10 ? 2 : 0),
  batch === undefined ? '-' : `<= ${number(batch)}`,
];

const asFanOut = ({ perSecond, p50, p99, cpu } = {}) => ({ perSecond, pushP50: p50, pushP99: p99, cpu });

/** The medians as a Markdown table, each figure above its floor. */
export function table(medians) {
  const rows = [];
  for (const size of [8, 64]) {
    rows.push(row(`private by REST through the gateway, ${size} senders`, medians[`rest${size}`]));
    rows.push(row(`floor: bare HTTP proxy, ${size}`, medians[`proxy${size}`]));
    rows.push(row(`private by STOMP with RECEIPT, ${size} senders`, medians[`stomp${size}`]));
    rows.push(row(`floor: bare ws with RECEIPT, ${size}`, medians[`receipt${size}`]));
    rows.push(row(`floor of both: SQLite, batches of ${size}`, medians[`store${size}`]));
  }
  rows.push(row('deliveries to a group of 200', asFanOut(medians.fanOut)));
  rows.push(row('floor: coalesced ws broadcast to 200', asFanOut(medians.broadcast)));
  return align([COLUMNS, ...rows.filter(([, perSecond]) => perSecond !== '-')]);
}

function align(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const line = (cells) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
}

/** The machine's class, not its name. */
export const describeMachine = () =>
  `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node.split('.')[0]}, ${process.platform} ${process.arch}, loopback, load generator on the same cores`;
