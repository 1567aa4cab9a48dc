import { PassThrough } from "node:stream";

const KEPT = 50;

/** What happened lately, told to all open pages (server-sent events). It is in memory: this is an example. */
export class Feed {
  /** @type {string[]} */
  #latest = [];
  /** @type {Set<PassThrough>} */
  #readers = new Set();

  /** @param {object} event */
  add(event) {
    const message = `data: ${JSON.stringify(event)}\n\n`;
    this.#latest = [...this.#latest, message].slice(-KEPT);
    for (const reader of this.#readers) {
      // A page that does not keep up is cut off, and connects again by itself.
      if (!reader.write(message)) reader.destroy();
    }
  }

  /** A stream of what happened and what is going to happen. */
  open() {
    const reader = new PassThrough();
    reader.on("close", () => this.#readers.delete(reader));
    this.#readers.add(reader);
    reader.write(`retry: 1000\n\n${this.#latest.join("")}`);
    return reader;
  }
}
