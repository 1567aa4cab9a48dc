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

export function addressOf(operation: Operation, entries: Entries): string {
  const told = new URLSearchParams({ operation: operation.name });
  for (const { name, secret } of operation.params) {
    const entry = entries.get(name);
    if (typeof entry === "string" && !secret) told.set(`p.${name}`, entry);
  }
  return `${location.pathname}?${told}${location.hash}`;
}

export function toAddress(operation: Operation, entries: Entries): void {
  try {
    history.replaceState(history.state, "", addressOf(operation, entries));
  } catch {
    // Safari takes 100 changes in 30 s, and no browser an address without end: the next change tells it again.
  }
}
