/**
 * A time of an answer as a Date: unix seconds, as a number or in digits, or a text of the service, `2026-11-28 08:00:00`
 * or `2026-11-28`, which is UTC+8. `null` for what says no time: nothing, an empty text, 0, `0000-00-00 00:00:00`.
 *
 * ```
 * const starts = dateOf(room.start_time);
 * ```
 */
export function dateOf(time: number | string | null | undefined): Date | null {
  const text = String(time ?? "").trim();
  if (/^\d{1,11}$/.test(text)) return Number(text) > 0 ? new Date(Number(text) * 1000) : null;
  const [, day, clock = "00:00:00"] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?))?$/.exec(text) ?? [];
  const date = day === undefined ? undefined : new Date(`${day}T${clock}+08:00`);
  return date === undefined || Number.isNaN(date.getTime()) ? null : date;
}
