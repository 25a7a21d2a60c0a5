import { styleText } from 'node:util';

const COLOURS = ['cyan', 'magenta', 'yellow', 'green'];
const colourOf = new Map();
const started = performance.now();

/** Prints what someone does or sees, in a column and a colour of their own. */
export function tell(who, text) {
  if (!colourOf.has(who)) colourOf.set(who, COLOURS[colourOf.size % COLOURS.length]);
  const at = ((performance.now() - started) / 1000).toFixed(2).padStart(6);
  const lane = styleText(colourOf.get(who), who.padEnd(7));
  console.log(`${styleText('dim', at)}  ${lane} ${text}`);
}

export function chapter(title) {
  console.log(`\n${styleText('bold', title)}`);
}

/** Thrown when a step was not seen on the receiving side. */
export class NotSeen extends Error {}

/** Everything that came to one client; `until` waits for what has not come yet. */
export class Inbox {
  items = [];
  #waiting = new Set();

  push(item) {
    this.items.push(item);
    for (const look of this.#waiting) look();
  }

  /** The first item that matches, past or future; NotSeen after `ms`. */
  until(what, matches, ms = 5_000) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const hit = this.items.find(matches);
        if (hit === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(hit);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new NotSeen(`${what} was not seen within ${ms} ms`));
      }, ms);
      this.#waiting.add(look);
      look();
    });
  }
}
