// What came back.
import { block, h } from "./dom";
import type { Outcome } from "./engine";
import type { Say } from "./words";

/** Ids have up to 64 bits; the SDK gives what a double cannot hold as BigInt or text. */
export const pretty = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part), 2) ?? "null";

/** Where it is not as the documents have it: a value that could not be kept stands here. */
export function departed(departures: Outcome["departures"], say: Say): HTMLElement[] {
  if (departures.length === 0) return [];
  const lines = departures.map(({ path, expected, found }) => h("li", {}, say("departure", path, expected, found)));
  return [h("h3", {}, say("departures")), h("ul", { class: "departures" }, ...lines)];
}

export function outcome(came: Outcome, say: Say, label = say("result")): HTMLElement[] {
  const parts: HTMLElement[] = [h("p", { class: came.isOk ? "good" : "fault" }, came.isOk ? say("ok") : `${say("failed")}: ${came.words}`)];
  if (came.isOk) parts.push(h("h3", {}, label), block(label, pretty(came.data), say("copy"), say("copied")));
  if (came.departures.length) parts.push(...departed(came.departures, say));
  else if (came.isOk) parts.push(h("p", { class: "hint" }, say("no_departures")));
  if (came.raw !== undefined) {
    const head = `${say("raw")} (HTTP ${came.status})`;
    parts.push(h("details", {}, h("summary", {}, head), block(head, came.raw, say("copy"), say("copied"))));
  }
  return parts;
}
