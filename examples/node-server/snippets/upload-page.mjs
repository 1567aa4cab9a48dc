import { uploadVideo } from "baijiayun/upload";

async function ask(path, body) {
  const response = await fetch(path, { method: "POST", ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

/**
 * @param {File} file
 * @param {{ onProgress?: (uploaded: number, size: number) => void, signal?: AbortSignal }} options
 */
export async function upload(file, { onProgress, signal }) {
  // Which video it is to be, kept where the next page finds it.
  const key = `upload:${file.name}:${file.size}:${file.lastModified}`;
  const { video_id } = await uploadVideo(file, {
    getUploadUrl: async ({ name }) => {
      const address = await ask("/videos", { name });
      localStorage.setItem(key, address.video_id);
      return address;
    },
    getResumeUploadUrl: (videoId) => ask(`/videos/${videoId}/resume`),
    videoId: localStorage.getItem(key),
    onProgress,
    signal,
  });
  localStorage.removeItem(key);
  return video_id;
}
