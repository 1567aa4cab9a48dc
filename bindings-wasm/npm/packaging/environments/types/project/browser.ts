import { Client } from "baijiayun";

const client = new Client({ domain: location.origin, partnerId: 1, signer: (text) => text });

export async function upload(input: HTMLInputElement): Promise<void> {
  const [chosen] = input.files!;
  await client.video.upload(chosen!, { definition: "16" }, { onProgress: (sent) => console.log(sent) });
  await client.doc.upload({ attachment: chosen! });
  // @ts-expect-error: a Blob has no name
  await client.doc.upload({ attachment: new Blob([]) });
}
