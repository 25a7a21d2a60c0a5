import { isUtf8 } from 'node:buffer';

const TEXT = 0x1;
const BINARY = 0x2;
const FIN = 0x80;

/** An empty ping, as it stands on the wire. */
export const PING_FRAME: Buffer = Buffer.from([FIN | 0x9, 0]);

/** A whole unmasked message as it stands on the wire (RFC 6455, 5.2): header and payload in one Buffer. */
export function messageFrame(payload: Buffer, binary: boolean): Buffer {
  const length = payload.length;
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extra + length);
  frame[0] = FIN | (binary ? BINARY : TEXT);
  if (extra === 0) frame[1] = length;
  else if (extra === 2) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
  payload.copy(frame, 2 + extra);
  return frame;
}

/** {@link messageFrame}, kept for the Buffer seen last: a broadcast gives the same one to many sockets in a row. Bytes that are not UTF-8 go binary. */
export class MessageFramer {
  private payload: Buffer | undefined;
  private binary = false;
  private frame: Buffer = PING_FRAME;

  framed(payload: Buffer, binary: boolean): Buffer {
    if (payload === this.payload && binary === this.binary) return this.frame;
    this.payload = payload;
    this.binary = binary;
    this.frame = messageFrame(payload, binary || !isUtf8(payload));
    return this.frame;
  }
}
