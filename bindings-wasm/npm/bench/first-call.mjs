// Prints the milliseconds from before the import to the answer of the first call.
const begun = performance.now();
const { Client } = await import("baijiayun");
const http = async () => ({ status: 200, body: '{"code":0,"msg":"","ts":1,"data":{"room_id":"1","admin_code":"abc","teacher_code":"def","student_code":"ghi"}}' });
const client = new Client({ domain: "demo", partnerId: "1", partnerKey: "key", http });
await client.room.create({ title: "a", start_time: 1501575608, end_time: 1501579208 });
console.log(performance.now() - begun);
