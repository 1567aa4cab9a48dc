import Foundation
import Testing

@testable import BaiJiaYun

private let content = Data((0..<600_000).map { (place: Int) -> UInt8 in UInt8(truncatingIfNeeded: place * 7 + place / 256) })
private let arrived = response(#"{"code":1,"fid":"77","msg":"success"}"#)

private func address(_ url: String = "https://upload.example.com/up?fid=1", size: Int64? = nil) -> HTTPResponse {
    var data: JSONObject = ["video_id": 77, "upload_url": .string(url)]
    data["upload_size"] = size.map { .integer($0) }
    return envelope(.object(data))
}

@Suite struct UploadsTests {
    private func file(_ progress: UploadFile.Progress? = nil) throws -> UploadFile {
        try UploadFile(content, name: "a.mp4", progress: progress)
    }

    @Test func aLargeFileGoesInChunksAndGoesOnAfterBreaks() async throws {
        let http = Fake(
            { _ in address() }, { _ in arrived }, { _ in throw URLError(.networkConnectionLost) }, { _ in address(size: 250_000) },
            { _ in arrived }, { _ in throw URLError(.timedOut) }, { _ in address(size: 450_000) }, { _ in arrived })
        let (told, registered) = (Locked<[Int64]>([]), Locked<[Int64]>([]))
        let settings = UploadSettings(chunkSize: 200_000) { video in registered.with { $0.append(video) } }
        let file = try file { bytes, _ in told.with { $0.append(bytes) } }
        let video = try await client(http).video.upload(file, definition: [16], settings: settings)
        #expect(video.videoID == 77 && video.resumes == 2)
        let chunks = http.requests.filter { $0.headers["content-range"] != nil }
        #expect(
            chunks.map { $0.headers["content-range"] } == [
                "bytes 1-200000/600000", "bytes 200001-400000/600000", "bytes 250001-450000/600000", "bytes 450001-600000/600000",
                "bytes 450001-600000/600000",
            ])
        #expect(try chunks[2].body?.data() == content[250_000..<450_000])
        #expect(chunks.allSatisfy { $0.headers["content-type"] == "application/octet-stream" && $0.body!.length <= 200_000 })
        #expect(told.with { $0 } == [200_000, 250_000, 450_000, 600_000])
        #expect(registered.with { $0 } == [77])
    }

    @Test func httpsIsAskedForAndHTTPIsRefused() async throws {
        let http = Fake([address("http://upload.example.com/up?token=secret"), arrived])
        let error = try await failure { try await client(http).video.upload(file(), definition: [16]) }
        #expect(error.text.contains("http, though https was asked for") && !error.text.contains("secret"))
        #expect(try Sent(http.requests[0]).pairs.contains(["use_https", "1"]))
        let plain = Fake([address("http://upload.example.com/up"), arrived])
        _ = try await client(plain).video.upload(file(), definition: [16], settings: UploadSettings(useHTTPS: false))
        #expect(try Sent(plain.requests[0]).pairs.contains(["use_https", "0"]))
    }

    @Test func anEmptyFileRegistersNothing() async throws {
        let http = Fake([address()])
        let error = try await failure { try await client(http).video.upload(UploadFile(Data(), name: "a.mp4"), definition: [16]) }
        #expect(error.kind == .file && http.requests.isEmpty)
    }

    @Test func anAppWithoutTheKeyUploadsToAddressesOfItsServer() async throws {
        struct Addresses: UploadAddresses {
            let asked = Locked<[Int64?]>([])
            var status: Int64?

            func uploadURL() async throws -> UploadAddress {
                asked.with { $0.append(nil) }
                return UploadAddress(videoID: 77, uploadURL: "https://upload.example.com/up?fid=1")
            }

            func resumeUploadURL(videoID: Int64) async throws -> UploadAddress {
                if let status { return UploadAddress(status: status) }
                let count = asked.with { asked in
                    asked.append(videoID)
                    return asked.count
                }
                if count == 2 { throw Wrong("my server is down") }
                return UploadAddress(uploadURL: "https://upload.example.com/rest?fid=1", uploadSize: 400_000)
            }
        }
        let http = Fake({ _ in arrived }, { _ in throw URLError(.networkConnectionLost) }, { _ in arrived })
        let (uploader, addresses) = (try Uploader(http: http, clock: TestClock().clock), Addresses())
        let settings = UploadSettings(chunkSize: 200_000)
        #expect(try await uploader.upload(file(), addresses: addresses, settings: settings).videoID == 77)
        #expect(addresses.asked.with { $0 } == [nil, 77, 77])
        #expect(http.requests.last?.url == "https://upload.example.com/rest?fid=1")
        // The answer to the last chunk was lost, and my server knows.
        let video = try await uploader.resumeUpload(videoID: 77, file: file(), addresses: Addresses(status: 20), settings: settings)
        #expect(video.videoID == 77)
    }

    @Test func anUploadThatFailsSaysWithWhichVideoItGoesOn() async throws {
        let http = Fake({ _ in address() }, { _ in throw URLError(.networkConnectionLost) })
        let error = try await failure {
            try await client(http).video.upload(file(), definition: [16], settings: UploadSettings(resumes: 0))
        }
        #expect(error.videoID == 77 && error.kind == .transport, "\(error)")
    }
}
