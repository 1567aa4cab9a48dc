import {
  ApiError,
  BaijiayunError,
  Client,
  InvalidParametersError,
  RoomNotFoundError,
  ThrottledError,
  TransportError,
  file,
  ready,
} from "baijiayun";
import type {
  CallDetails,
  Callback,
  ClassEventPayload,
  ErrorKind,
  Fault,
  HttpExecutor,
  Id,
  IdInput,
  Page,
  RoomCreateParams,
  RoomInfoResult,
  RoomListItem,
  RoomListResult,
  Trace,
  UploadedVideo,
} from "baijiayun";

/** Whether two types are the same; `any` is the same only as `any`. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function holds<_Claim extends true>(): void {}

const client = new Client({ domain: "demo", partnerId: "12345678", partnerKey: "key" });
const [start_time, end_time] = [new Date(), new Date()];

export async function required(): Promise<void> {
  await client.room.create({ title: "a", start_time, end_time });
  // @ts-expect-error: end_time is missing
  await client.room.create({ title: "a", start_time });
  // @ts-expect-error: all are missing
  await client.room.create({});
  // @ts-expect-error: all are missing
  await client.room.create();
  // @ts-expect-error: required is not undefined
  await client.room.create({ title: undefined, start_time, end_time });
  // @ts-expect-error: there is no such parameter
  await client.room.create({ title: "a", start_time, end_time, tittle: "b" });
  await client.room.create({ title: "a", start_time, end_time }, { extra: { tittle: "b" } });
  await client.room.create({ title: "a", start_time, end_time, max_users: undefined });
  await client.room.list();
  await client.room.list({ limit: 2 });
  // @ts-expect-error: there is no such operation
  await client.room.open({ room_id: 1 });
  // The environment may have the rest.
  new Client();
  new Client({ partnerId: 1, partnerKey: "key" });
  new Client({ domain: "demo", partnerId: 12345678n, signer: async (text: string) => text.slice(0, 32) });
}

export async function ids(input: IdInput): Promise<void> {
  holds<Same<Id, string>>();
  holds<Same<IdInput, string | number | bigint>>();
  await client.room.info({ room_id: input });
  for (const room_id of ["17110879095169", 17110879095169, 17110879095169n]) await client.room.info({ room_id });
  // @ts-expect-error: true is no id
  await client.room.info({ room_id: true });
  // @ts-expect-error: undefined is no id
  await client.room.info({ room_id: undefined });
  const room = await client.room.info({ room_id: 1 });
  holds<Same<typeof room, RoomInfoResult>>();
  holds<Same<typeof room.room_id, string>>();
}

export async function times(): Promise<void> {
  await client.room.create({ title: "a", start_time: 1501572288, end_time: "1501575888" });
  // @ts-expect-error: null is no time
  await client.room.create({ title: "a", start_time: null, end_time });
}

export async function openUnions(): Promise<void> {
  type Given<Name extends keyof RoomCreateParams> = Exclude<RoomCreateParams[Name], undefined>;
  const needed = { title: "a", start_time, end_time };
  await client.room.create({ ...needed, type: 2, template_name: "classic" });
  await client.room.create({ ...needed, type: 99, template_name: "of tomorrow" });
  // @ts-expect-error: a text where numbers stand
  await client.room.create({ ...needed, type: "2" });
  // @ts-expect-error: a number where texts stand
  await client.room.create({ ...needed, template_name: 2 });
  // The known values are still there, for editors to offer them.
  holds<Same<Extract<Given<"type">, 1 | 2 | 3 | 4 | 5 | 6>, 1 | 2 | 3 | 4 | 5 | 6>>();
  holds<Same<Extract<Given<"template_name">, "classic" | "of tomorrow">, "classic">>();
  const { type } = await client.room.info({ room_id: 1 });
  if (type !== undefined) holds<typeof type extends number ? true : false>();
}

export async function lists(): Promise<void> {
  for await (const room of client.room.list({ title: "a" })) holds<Same<typeof room, RoomListItem>>();
  for await (const page of client.room.list().pages()) holds<Same<typeof page, Page<RoomListResult, RoomListItem>>>();
  const first = await client.room.list();
  holds<Same<typeof first, RoomListResult>>();
  // @ts-expect-error: what is no list has no rows
  for await (const row of client.room.info({ room_id: 1 })) row;
  // @ts-expect-error: a room has no such field
  for await (const room of client.room.list()) room.tittle;
  const details = await client.room.list().withDetails();
  holds<Same<typeof details, CallDetails<RoomListResult>>>();
  holds<Same<typeof details.trace, Trace>>();
}

export function errors(error: unknown): string {
  if (error instanceof InvalidParametersError) {
    holds<Same<typeof error.kind, "invalid_parameters">>();
    holds<Same<typeof error.faults, readonly Fault[]>>();
    return error.faults.map(({ parameter, message }) => `${parameter} ${message}`).join();
  }
  if (error instanceof RoomNotFoundError) {
    holds<Same<typeof error.kind, "room_not_found">>();
    const wider: ApiError = error;
    return wider.reason;
  }
  if (error instanceof TransportError) holds<Same<typeof error.kind, "transport" | "connect" | "timeout">>();
  if (error instanceof ThrottledError) return error.hint ?? error.message;
  if (error instanceof BaijiayunError) {
    const kind: ErrorKind = error.kind;
    holds<Same<typeof error.code, number | null>>();
    // @ts-expect-error: it is not for writing
    error.code = 1;
    // @ts-expect-error: no error is of that kind
    if (kind === "nonsense") return kind;
  }
  return String(error);
}

export async function byName(): Promise<void> {
  holds<Same<Awaited<ReturnType<typeof info>>, RoomInfoResult>>();
  async function info() {
    return client.call("room.info", { room_id: 1 });
  }
  await client.call("room.list");
  // @ts-expect-error: there is no such operation
  await client.call("room.open", {});
  // @ts-expect-error: room_id is missing
  await client.call("room.info", {});
  // @ts-expect-error: parameters are missing
  await client.call("room.info");
  const data = await client.callPath<{ done: boolean }>("/openapi/new/thing", { a: 1 }, { method: "GET" });
  holds<Same<typeof data, { done: boolean }>>();
  // @ts-expect-error: a path begins with a slash
  await client.callPath("openapi/new/thing");
}

export async function options(): Promise<void> {
  const { signal } = new AbortController();
  await client.room.info({ room_id: 1 }, { signal, retry: "never", attempts: 1, deadline: 5000 });
  // @ts-expect-error: there is no such policy
  await client.room.info({ room_id: 1 }, { retry: "sometimes" });
  // @ts-expect-error: there is no such option
  await client.room.info({ room_id: 1 }, { timeout: 5000 });
}

export async function files(): Promise<void> {
  const video = await client.video.upload(
    file(new Blob(["a"]), { name: "a.mp4" }),
    { definition: [16, 2] },
    { onProgress: (sent, size) => holds<Same<[typeof sent, typeof size], [number, number]>>() },
  );
  holds<Same<typeof video, UploadedVideo>>();
  await client.doc.upload({ attachment: file(new Uint8Array(1), { name: "a.pdf" }) });
  // @ts-expect-error: the attachment is missing
  await client.doc.upload({ room_id: 1 });
  // @ts-expect-error: bytes have no name
  await client.doc.upload({ attachment: new Uint8Array(1) });
  // @ts-expect-error: files have names
  file(new Uint8Array(1), {});
}

export async function callbacks(body: Uint8Array, request: Request): Promise<void> {
  await ready();
  const callback = client.callbacks.parse(body, request.headers);
  holds<Same<typeof callback, Callback>>();
  if (callback.name === "class_event") {
    holds<Same<typeof callback.data, ClassEventPayload>>();
    // @ts-expect-error: a class event has no such field
    callback.data.nonsense;
  }
  if (callback.name === null) holds<Same<typeof callback.data, Record<string, unknown>>>();
  const known = client.callbacks.parse(body, "application/json", { name: "class_event", tolerance: null });
  holds<Same<typeof known.data, ClassEventPayload>>();
  // @ts-expect-error: there is no such callback
  client.callbacks.parse(body, "application/json", { name: "nonsense" });
  const response: Response = await client.callbacks.handle(request, async ({ qid }) => void qid);
  void response;
}

export function links(): string {
  // @ts-expect-error: there is no such role
  client.links.enterRoom({ room_id: 1, user_number: 1, user_name: "a", user_role: 9 });
  return client.links.enterRoom({ room_id: 1, user_number: 1, user_name: "a", user_role: 1 });
}

export const executors: HttpExecutor[] = [
  (request) => fetch(request.url, request),
  async ({ url }) => ({ status: 200, headers: { "retry-after": "1" }, body: url }),
  // @ts-expect-error: an answer has a status
  async () => ({ body: "" }),
];
