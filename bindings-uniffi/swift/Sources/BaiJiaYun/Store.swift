/// What several processes share: the service's limits, and which callbacks were taken.
public protocol Store: Sendable {
    /// Evaluates a Lua script with these keys and arguments, as Redis and Valkey do, and returns the number that it returns. If
    /// it throws, calls go on within the limits of this process alone.
    func evaluate(_ script: String, keys: [String], args: [Int64]) async throws -> Int64
}

/// Signs on another machine, which has the key.
///
/// It is only for those who may do everything that the account can do: the path is not signed, so a signature for `room.info`
/// also deletes the room, and no look at the text tells which it will be. Apps get the link, the token or the upload address from
/// your server instead.
public protocol Signer: Sendable {
    /// MD5 over the text, `&partner_key=` and the key, in lower-case hex.
    func sign(_ text: String) async throws -> String
}
