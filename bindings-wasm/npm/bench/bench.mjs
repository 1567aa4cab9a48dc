// Side by side with what people write by hand, in one run: `npm run bench` (after `npm run build`).
// Each figure is the least of many batches, the batches of all candidates taken in turn.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Client, ready } from "baijiayun";
import { patient, plain, vendorStyle } from "./peers.mjs";

const ACCOUNT = {
  domain: "demo",
  partnerId: "12345678",
  partnerKey: "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg==",
};
const PARAMS = {
  "live.get_user_count, 1 parameter": ["live.get_user_count", { room_id: "12345678901234" }],
  "room.create, 5 parameters": [
    "room.create",
    { title: "测试教室", start_time: 1501575608, end_time: 1501579208, type: 2, max_users: 100 },
  ],
  "room.create, 12 parameters": [
    "room.create",
    {
      title: "高一数学 第三章 函数的概念与性质（一）",
      start_time: 1501575608,
      end_time: 1501579208,
      type: 2,
      max_users: 100,
      pre_enter_time: 1800,
      is_long_term: 0,
      enable_beauty: 1,
      auto_playback_record: 1,
      has_student_raise: 1,
      end_delay_time: 30,
      template_name: "triple",
    },
  ],
};

function clientWith(http) {
  return new Client({ ...ACCOUNT, http, quota: false, operationQuota: false });
}

/** Least microseconds per round of each candidate. */
async function race(candidates, rounds, batches = 60) {
  const least = Object.fromEntries(Object.keys(candidates).map((name) => [name, Infinity]));
  for (let batch = 0; batch < batches; batch++) {
    for (const [name, run] of Object.entries(candidates)) {
      const begun = performance.now();
      for (let round = 0; round < rounds; round++) await run();
      const time = ((performance.now() - begun) / rounds) * 1000;
      // The first batches warm up.
      if (batch > 5) least[name] = Math.min(least[name], time);
    }
  }
  return least;
}

/** The same without promises. */
function raceNow(candidates, rounds, batches = 80) {
  const least = Object.fromEntries(Object.keys(candidates).map((name) => [name, Infinity]));
  for (let batch = 0; batch < batches; batch++) {
    for (const [name, run] of Object.entries(candidates)) {
      const begun = performance.now();
      for (let round = 0; round < rounds; round++) run();
      const time = ((performance.now() - begun) / rounds) * 1000;
      if (batch > 5) least[name] = Math.min(least[name], time);
    }
  }
  return least;
}

const rows = [];
const row = (what, least, base) => {
  const of = Object.entries(least).map(([name, time]) => `${name} ${time.toFixed(2)}`);
  rows.push({ what, "µs": of.join(", "), "plain / ours": (least[base] / least.ours).toFixed(2) });
};

await ready();
// It has what each of these calls is answered with: to put in what is missing is no usual call.
const answer =
  '{"code":0,"msg":"","ts":1501572288,"data":{"user_count":2,"display_user_count":2,"room_id":"12345678901234","admin_code":"abc","teacher_code":"def","student_code":"ghi"}}';
const http = async () => ({ status: 200, body: answer });
const client = clientWith(http);
const peers = { plain: plain({ ...ACCOUNT, http }), vendor: vendorStyle({ ...ACCOUNT, http }), patient: patient({ ...ACCOUNT, http }) };

for (const [what, [name, params]] of Object.entries(PARAMS)) {
  const least = raceNow(
    {
      ours: () => client.request(name, params),
      plain: () => peers.plain.build(params),
      vendor: () => peers.vendor.build(params),
    },
    1000,
  );
  row(`sign + build: ${what}`, least, "plain");
}
for (const [what, [name, params]] of Object.entries(PARAMS)) {
  const path = `/openapi/${name.replace(".", "/")}`;
  const least = await race(
    {
      ours: () => client.call(name, params),
      plain: () => peers.plain.call(path, params),
      vendor: () => peers.vendor.call(path, params),
      "plain with a timeout": () => peers.patient.call(path, params),
    },
    1000,
  );
  row(`whole call, null transport: ${what}`, least, "plain");
}

const report = JSON.stringify({
  code: 0,
  msg: "",
  ts: 1501572288,
  data: {
    total: 1000,
    list: Array.from({ length: 1000 }, (_, n) => ({
      user_number: String(10_000_000_000 + n),
      user_name: `学生${n}`,
      user_role: "0",
      user_ip: "10.0.0.1",
      area: "北京",
      actual_listen_time: String(n),
      play_length: n,
      play_times: "3",
      play_begin_time: "2017-01-11 14:16:54",
      play_end_time: "2017-01-11 15:16:54",
      client_type: "1",
      user_agent: "Mozilla/5.0 (Windows NT 10.0)",
      video_id: "123",
      room_id: `17010111111${n}`,
    })),
  },
});
const bytes = new TextEncoder().encode(report);
const reports = clientWith(async () => ({ status: 200, body: bytes }));
const decoder = new TextDecoder();
const large = await race(
  {
    ours: () => reports.roomData.exportLiveReport({ room_id: 1 }),
    plain: () => JSON.parse(report),
    "from bytes": () => JSON.parse(decoder.decode(bytes)),
  },
  10,
);
row(`1,000 rows (${(bytes.length / 1000).toFixed(0)} kB), the whole call against a bare JSON.parse`, large, "plain");
console.table(rows);

const started = Array.from({ length: 20 }, () => Number(execFileSync(process.execPath, [new URL("./first-call.mjs", import.meta.url).pathname])));
started.sort((a, b) => a - b);
console.log(`first call in a fresh process, import and all: least ${started[0].toFixed(1)} ms, median ${started[10].toFixed(1)} ms`);

const memory = JSON.parse(execFileSync(process.execPath, ["--expose-gc", new URL("./memory.mjs", import.meta.url).pathname]).toString());
console.log("1,000,000 calls against a null transport:", memory);
console.log(`Node ${process.version}, package ${JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version}`);
