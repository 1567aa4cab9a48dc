// What values of options have to be.
import { named } from "./named.js";

/** Why a value cannot be that of an option; nothing if it can. */
export type Check = (value: unknown) => string | false | undefined;

/** A number is no secret; of anything else only what it is. */
export const said = (value: unknown) => (typeof value === "number" ? String(value) : named(value));

export const text: Check = (value) => typeof value !== "string" && `is ${named(value)}, not a text`;

export const isFunction: Check = (value) => typeof value !== "function" && `is ${named(value)}, not a function`;

const DAYS_30 = 30 * 86_400_000;

export const time: Check = (value) =>
  !(typeof value === "number" && value > 0 && value <= DAYS_30) &&
  `has to be a time above 0 of at most 30 days, in milliseconds, not ${said(value)}`;
