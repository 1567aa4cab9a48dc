// swift-tools-version: 6.0
// The Swift package, at the root because SwiftPM takes a package by URL only from there. It stands in bindings-uniffi/swift.
import PackageDescription

// The engine, a static library of C functions.
#if os(Linux)
// `bindings-uniffi/swift/dev install` builds it and says to pkg-config where it is.
let engine = Target.systemLibrary(name: "CBaiJiaYun", path: "bindings-uniffi/swift/Sources/CBaiJiaYun", pkgConfig: "baijiayun")
#else
// `bindings-uniffi/swift/dev xcframework` builds it, on Linux too.
let engine = Target.binaryTarget(name: "CBaiJiaYun", path: "target/swift/CBaiJiaYun.xcframework")
#endif

let package = Package(
    name: "baijiayun",
    platforms: [.macOS(.v13), .iOS(.v16), .macCatalyst(.v16)],
    products: [
        .library(name: "BaiJiaYun", targets: ["BaiJiaYun"]),
        // For tests: `bjy mock`.
        .library(name: "BaiJiaYunMock", targets: ["BaiJiaYunMock"]),
    ],
    targets: [
        engine,
        .target(name: "BaiJiaYun", dependencies: ["CBaiJiaYun"], path: "bindings-uniffi/swift/Sources/BaiJiaYun"),
        .target(name: "BaiJiaYunMock", dependencies: ["BaiJiaYun"], path: "bindings-uniffi/swift/Sources/BaiJiaYunMock"),
        .executableTarget(name: "baijiayun-bench", dependencies: ["BaiJiaYun"], path: "bindings-uniffi/swift/Bench"),
        .testTarget(name: "BaiJiaYunTests", dependencies: ["BaiJiaYun", "BaiJiaYunMock"], path: "bindings-uniffi/swift/Tests/BaiJiaYunTests"),
    ],
    swiftLanguageModes: [.v6]
)
