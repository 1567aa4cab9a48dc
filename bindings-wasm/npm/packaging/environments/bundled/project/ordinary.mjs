import { Client, MisuseError } from "baijiayun";

try {
  // The account is checked by the WebAssembly.
  new Client(JSON.parse(process.env.ACCOUNT));
} catch (error) {
  const { message, hint } = error;
  console.log(JSON.stringify({ isMisuse: error instanceof MisuseError, message, hint }));
}
