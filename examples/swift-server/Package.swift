// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "swift-server",
    platforms: [.macOS(.v13)],
    // In a project of your own: .package(url: "<the repository>", branch: "main").
    dependencies: [.package(name: "baijiayun", path: "../..")],
    targets: [
        .target(name: "Classroom", dependencies: [.product(name: "BaiJiaYun", package: "baijiayun")]),
        .executableTarget(
            name: "server", dependencies: ["Classroom", .product(name: "BaiJiaYun", package: "baijiayun")]),
        .testTarget(
            name: "ClassroomTests",
            dependencies: ["Classroom", .product(name: "BaiJiaYunMock", package: "baijiayun")]),
    ],
    swiftLanguageModes: [.v6]
)
