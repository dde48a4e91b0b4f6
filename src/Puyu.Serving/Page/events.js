/** Reads server-sent events out of text that comes in pieces. */
export class EventParser {
  #rest = "";
  #data = [];

  /** Takes the next piece and returns the data of the events that it completes. */
  push(text) {
    const events = [];
    this.#rest += text;
    for (;;) {
      const end = this.#rest.search(/[\r\n]/);

      // A carriage return at the very end may be half of a line end.
      if (end < 0 || (this.#rest[end] === "\r" && end + 1 === this.#rest.length)) {
        return events;
      }
      const line = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + (this.#rest.startsWith("\r\n", end) ? 2 : 1));
      this.#take(line, events);
    }
  }

  #take(line, events) {
    if (line === "") {
      if (this.#data.length > 0) {
        events.push(this.#data.join("\n"));
        this.#data = [];
      }
    } else if (line.startsWith("data:")) {
      this.#data.push(line.slice(line[5] === " " ? 6 : 5));
    }
  }
}
