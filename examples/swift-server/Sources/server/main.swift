import BaiJiaYun
import Classroom
import Foundation

// BAIJIAYUN_DOMAIN, BAIJIAYUN_PARTNER_ID and BAIJIAYUN_PARTNER_KEY, or baijiayun.toml.
let classroom = Classroom(client: try Client.fromEnvironment())
let port = ProcessInfo.processInfo.environment["PORT"].flatMap(UInt16.init) ?? 8080
let server = try SocketServer(port: port) { await classroom.respond(to: $0) }
print("http://127.0.0.1:\(server.port)")
while true { try await Task.sleep(for: .seconds(3600)) }
