/// The operations of one kind.
protocol Resource: Sendable {
    var runner: Runner { get }
}

extension Resource {
    /// The data of an operation that has some.
    func call<Value: Readable>(_ name: String, _ params: MemberWriter, _ options: CallOptions?) async throws -> Value {
        guard let data: Value = try await ask(name, params, options) else { throw noData(name) }
        return data
    }

    /// The data of an operation that may have none.
    func ask<Value: Readable>(_ name: String, _ params: MemberWriter, _ options: CallOptions?) async throws -> Value? {
        try await runner.run(Asked(name, params, options)).data()
    }

    /// An operation without data. What the service answers all the same is left out.
    func carryOut(_ name: String, _ params: MemberWriter, _ options: CallOptions?) async throws {
        _ = try await runner.run(Asked(name, params, options))
    }

    func list<Data: Readable, Row>(
        _ name: String, _ params: MemberWriter, _ options: CallOptions?, _ rows: @escaping @Sendable (Data) -> [Row]
    ) -> Pages<Data, Row> {
        Pages { [runner] position in
            let asked = Asked(name, params, options) { $0.add("page", position) }
            let ended = try await runner.run(asked)
            guard let data: Data = try ended.data() else { throw noData(name) }
            return Turn(Page(data: data, rows: rows(data), total: ended.page?.total), ended.page)
        }
    }
}

private func noData(_ name: String) -> BaiJiaYunError {
    BaiJiaYunError(.notEnvelope, name, "the answer has no data")
}
