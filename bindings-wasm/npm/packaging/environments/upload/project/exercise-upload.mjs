// What a program does with `baijiayun/upload`, the same in every environment.

const SIZE = 100_000;
const CHUNK = 40_000;

/** Uploads to a host. What comes of it, as plain values: `UPLOADED`. */
export async function exerciseUpload({ BaijiayunError, FileError, uploadVideo }, host) {
  const ask = async (path) => (await fetch(host + path)).json();
  const told = [];
  const options = {
    getUploadUrl: ({ size }) => ask(`/videos?size=${size}`),
    getResumeUploadUrl: (videoId) => ask(`/videos/${videoId}`),
    onProgress: (uploaded, size) => told.push([uploaded, size]),
    chunkSize: CHUNK,
  };
  const large = await uploadVideo(new Blob([new Uint8Array(SIZE).fill(7)]), options);
  const small = await uploadVideo(new File(["abc"], "第一课.mp4"), options);

  const empty = await uploadVideo(new Blob([]), options).catch((error) => error);
  const aborted = await uploadVideo(new Blob(["a"]), { ...options, signal: AbortSignal.abort() }).catch((error) => error);
  const getUploadUrl = () => ({ video_id: 7, upload_url: "http://upload.example/" });
  const insecure = await uploadVideo(new Blob(["a"]), { ...options, getUploadUrl }).catch((error) => error);
  return {
    ids: [large.video_id, small.video_id],
    told,
    empty: [empty instanceof FileError, empty instanceof BaijiayunError, empty.name, empty.kind],
    aborted: aborted.name,
    insecure: [insecure.kind, insecure.videoId],
  };
}

export const UPLOADED = {
  ids: ["1000", "1001"],
  told: [
    [CHUNK, SIZE],
    [2 * CHUNK, SIZE],
    [SIZE, SIZE],
    [3, 3],
  ],
  empty: [true, true, "FileError", "file"],
  aborted: "AbortError",
  insecure: ["upload_failed", "7"],
};

/** What the host has got then. */
export const STORED = [SIZE, 3];
