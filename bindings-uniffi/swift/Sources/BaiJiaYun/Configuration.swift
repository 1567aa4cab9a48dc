import CBaiJiaYun
import Foundation

/// An account as it was found.
private struct Found: MemberReadable {
    var domain = ""
    var partnerID = ""
    var partnerKey: String?
    var paths: [String: String] = [:]
    var error: BaiJiaYunError?

    static let _members = MemberNames("domain", "partner_id", "partner_key", "paths", "error")

    mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        switch place {
        case 0: try reader.read(&domain)
        case 1: try reader.read(&partnerID)
        case 2: try reader.read(&partnerKey)
        case 3: try reader.read(&paths)
        default: try reader.read(&error)
        }
    }
}

extension Client {
    /// A client of the account that the environment names, as `bjy` finds it: `BAIJIAYUN_DOMAIN`, `BAIJIAYUN_PARTNER_ID` and
    /// `BAIJIAYUN_PARTNER_KEY`, then the first file that there is of `baijiayun.toml` in the working directory and
    /// `baijiayun/config.toml` in the user's configuration folder. Paths are taken from them too.
    ///
    /// - Parameters:
    ///   - account: The name of an account in these files: its table `[accounts.NAME]` is taken whole, and the three variables
    ///     are not heeded. `BAIJIAYUN_ACCOUNT` if nothing is said.
    ///   - domain: In place of what would be found.
    ///   - partnerID: In place of what would be found.
    ///   - partnerKey: In place of what would be found.
    ///   - configure: See ``init(domain:partnerID:partnerKey:configure:)``.
    /// - Throws: ``BaiJiaYunError`` of the kind `invalidAccount`: it says what is missing, and where it was looked for.
    public static func fromEnvironment(
        account: String? = nil, domain: String? = nil, partnerID: String? = nil, partnerKey: String? = nil,
        configure: (inout Settings) throws -> Void = { _ in }
    ) throws -> Client {
        var settings = Settings()
        try configure(&settings)
        let given = settings
        let found = try lookedUp {
            $0.add(
                "given",
                Written {
                    $0.add("account", account)
                    $0.add("domain", domain)
                    $0.add("partner_id", partnerID)
                    $0.add("partner_key", partnerKey)
                })
            $0.add("needs_key", given.signer == nil)
        }
        return try Client(domain: found.domain, partnerID: found.partnerID, partnerKey: found.partnerKey) {
            $0 = given
            $0.paths = found.paths.merging(given.paths) { _, given in given }
        }
    }

    /// What the engine finds. Tests say where it looks.
    private static func lookedUp(_ asked: (inout MemberWriter) -> Void) throws -> Found {
        var out = MemberWriter(form: .object)
        out.object(asked)
        let found = try out.json.bytes.withUnsafeBytes { try Told(baijiayun_configuration($0.lent)).read(Found.self) }
        if let error = found.error { throw error }
        return found
    }

    /// The account as JSON, for the shared vectors.
    static func configuration(_ asked: JSON) throws -> JSON {
        try Array(asked.text.utf8).withUnsafeBytes { try Told(baijiayun_configuration($0.lent)).read(JSON.self) }
    }
}

extension Settings {
    /// Paths from a TOML file as `bjy doctor` writes it, for ``paths``: `try $0.readPaths(url)`.
    ///
    /// - Throws: ``BaiJiaYunError``: there is no such file, or it holds something else.
    public mutating func readPaths(_ url: URL) throws {
        let toml: Data
        do {
            toml = try Data(contentsOf: url)
        } catch {
            throw BaiJiaYunError(.invalidAccount, "", "the paths file \(url.path) cannot be read: \(words(error))", cause: error)
        }
        let found = try toml.withUnsafeBytes { try Told(baijiayun_toml_paths($0.lent)).read(Found.self) }
        if let error = found.error { throw error }
        paths.merge(found.paths) { _, read in read }
    }
}
