// What a user writes in TypeScript compiles.
import { Client } from "../../npm/src/index.js";
import type { HttpExecutor } from "../../npm/src/index.js";
import { createMock } from "../src/index.js";
import type { Mock, MockOptions, Posted, Received } from "../src/index.js";

const options: MockOptions = { rate: 0, answers: { "room.list": [{ code: 1 }, {}] }, misbehave: { errorsEvery: 2 } };
const mock: Mock = createMock(options);
const executor: HttpExecutor = mock.executor;
export const client = new Client({ ...mock.account, http: executor });
export const received: Received[] = mock.received();
export const posted: Posted[] = mock.posted();
export const answer: Promise<number | undefined> = mock.trigger("class_event", { op: "start" }).then(({ answer }) => answer?.status);
// @ts-expect-error: there is no such setting
createMock({ strikt: true });
