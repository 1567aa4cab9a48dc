import { BaijiayunError, FileError } from "baijiayun";
import type { Client } from "baijiayun";
import { BaijiayunError as SameError, uploadVideo } from "baijiayun/upload";
import type { UploadVideoOptions, UploadedVideo } from "baijiayun/upload";

/** What a server answers, as the page gets it. */
declare function ask<T>(path: string): Promise<T>;
type Data<Name extends "getUploadUrl" | "getResumeUploadUrl" | "getStatus"> = Awaited<ReturnType<Client["video"][Name]>>;

export async function upload(file: File): Promise<UploadedVideo> {
  const options: UploadVideoOptions = {
    getUploadUrl: ({ name }) => ask<Data<"getUploadUrl">>(`/videos?name=${name}`),
    getResumeUploadUrl: (videoId: string) => ask<Data<"getResumeUploadUrl"> | Data<"getStatus">>(`/videos/${videoId}`),
    onProgress: (uploaded: number, size: number) => void (uploaded / size),
    videoId: undefined,
    chunkSize: 2 << 20,
  };
  try {
    return await uploadVideo(file, options);
  } catch (error) {
    if (error instanceof FileError) throw error;
    if (error instanceof SameError) return uploadVideo(file, { ...options, videoId: error.videoId });
    throw error;
  }
}

export async function others(blob: Blob): Promise<void> {
  const addresses = { getUploadUrl: () => ({ video_id: 1n, upload_url: "" }), getResumeUploadUrl: () => ({ upload_size: null }) };
  const { video_id } = await uploadVideo(blob, addresses);
  video_id.slice();
  // @ts-expect-error: a Blob has no name
  await uploadVideo(blob, { ...addresses, getUploadUrl: async ({ name }) => ({ video_id: 1, upload_url: name }) });
  // @ts-expect-error: there has to be a way to go on
  await uploadVideo(blob, { getUploadUrl: addresses.getUploadUrl });
  // @ts-expect-error: a path is no file
  await uploadVideo("a.mp4", addresses);
}

export const same: SameError = new BaijiayunError({ kind: "file", message: "" });
