// The operation and its parameters in the page's address. Keys and passwords never stand there.
import type { Data, Operation } from "./data";
import type { Entries } from "./values";

export function fromAddress(data: Data): { operation: Operation; entries: Entries } | undefined {
  const asked = new URLSearchParams(location.search);
  const operation = data.operations.find(({ name }) => name === asked.get("operation"));
  if (!operation) return undefined;
  const entries: Entries = new Map();
  for (const { name, kind, secret } of operation.params) {
    const value = asked.get(`p.${name}`);
    if (value !== null && kind !== "file" && !secret) entries.set(name, value);
  }
  return { operation, entries };
}

export function toAddress(operation: Operation, entries: Entries): void {
  const told = new URLSearchParams({ operation: operation.name });
  for (const { name, secret } of operation.params) {
    const entry = entries.get(name);
    if (typeof entry === "string" && !secret) told.set(`p.${name}`, entry);
  }
  try {
    history.replaceState(history.state, "", `${location.pathname}?${told}${location.hash}`);
  } catch {
    // Safari takes 100 changes in 30 s, and no browser an address without end: the next change tells it again.
  }
}
