// One timer for all calls that wait.
import { platform } from "./platform.js";
import { timerOf } from "./waits.js";

/** What is told that its time is up. */
interface Sleeper {
  late(): void;
}

/** A time by which something has to be over. */
export interface Alarm {
  /** It is over. */
  clear(): void;
}

/** Those of the environment. Tests put clocks of their own in their place, and clear all of their timers: none of those is shared. */
const { setTimeout: start, clearTimeout: stop } = globalThis;

/** Calls `late` at this time in ticks, unless it is cleared before. */
export function setAlarm(sleeper: Sleeper, due: number, now: number): Alarm {
  if (platform.sharesTimers && setTimeout === start) return shared.set(sleeper, due);
  const timer = setTimeout(() => sleeper.late(), timerOf(due - now));
  return { clear: () => clearTimeout(timer) };
}

/** A place in the ring of those who wait. */
class Place implements Alarm {
  before: Place = this;
  after: Place = this;

  constructor(
    readonly due: number,
    readonly sleeper: Sleeper | undefined,
  ) {}

  clear(): void {
    if (this.after !== this) shared.remove(this);
  }
}

/**
 * One timer for all: it rings for the first who is due, and goes on running when nobody waits. To start a timer and to
 * stop it costs as much as a signature, and hardly any ever rings.
 */
class SharedAlarm {
  /** Where the ring begins and ends. */
  readonly #end = new Place(Infinity, undefined);
  #timer: NodeJS.Timeout | undefined;
  #rings = Infinity;

  set(sleeper: Sleeper, due: number): Alarm {
    const place = new Place(due, sleeper);
    const end = this.#end;
    const isFirst = end.after === end;
    place.before = end.before;
    place.after = end;
    end.before = end.before.after = place;
    if (due < this.#rings) this.#start(due, performance.now());
    // The process may have ended when nobody waited.
    else if (isFirst) this.#timer!.ref();
    return place;
  }

  remove(place: Place): void {
    place.before.after = place.after;
    place.after.before = place.before;
    place.before = place.after = place;
    if (this.#end.after === this.#end) this.#timer?.unref();
  }

  #start(due: number, now: number): void {
    stop(this.#timer);
    const time = timerOf(due - now);
    this.#rings = now + time;
    this.#timer = start(() => this.#ring(), time) as unknown as NodeJS.Timeout;
  }

  #ring(): void {
    // Timers may be early by a fraction, and the clock of tests may be theirs alone.
    const now = Math.max(performance.now(), this.#rings);
    this.#rings = Infinity;
    this.#timer = undefined;
    let first = Infinity;
    for (let place = this.#end.after; place !== this.#end;) {
      const { after, due, sleeper } = place;
      if (due <= now) {
        this.remove(place);
        sleeper!.late();
      } else {
        first = Math.min(first, due);
      }
      place = after;
    }
    // A sleeper may have set another one meanwhile.
    if (first < this.#rings) this.#start(first, now);
  }
}

const shared = new SharedAlarm();
