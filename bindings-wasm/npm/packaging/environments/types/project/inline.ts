import { Client } from "baijiayun";
import { Client as InlineClient, RoomNotFoundError } from "baijiayun/inline";

export const client: Client = new InlineClient({ domain: "demo", partnerId: 1, partnerKey: "key" });

export const isAbsent = (error: unknown): boolean => error instanceof RoomNotFoundError && error.code === 3001;
