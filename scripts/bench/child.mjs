import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A part of the benchmark in a process of its own, called by name. */
export class Child {
  #calls = new Map();
  #nextCall = 0;

  /** `file` is relative to this folder. */
  constructor(file) {
    this.process = fork(fileURLToPath(new URL(file, import.meta.url)), { execArgv: [] });
    this.process.on('message', ({ call, error, result }) => {
      const { resolve, reject } = this.#calls.get(call);
      this.#calls.delete(call);
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    });
    this.process.on('exit', (code) => {
      for (const { reject } of this.#calls.values()) reject(new Error(`${file} ended with ${code}`));
    });
  }

  get pid() {
    return this.process.pid;
  }

  call(name, args = {}) {
    const call = ++this.#nextCall;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject });
      this.process.send({ call, name, args });
    });
  }

  end() {
    this.process.disconnect();
  }
}

/** The other side: answers calls until the parent goes. */
export function answerCalls(functions) {
  process.on('message', ({ call, name, args }) => {
    Promise.resolve(args)
      .then(functions[name])
      .then(
        (result) => process.send({ call, result }),
        (error) => process.send({ call, error: error.stack }),
      );
  });
  process.on('disconnect', () => process.exit(0));
}
