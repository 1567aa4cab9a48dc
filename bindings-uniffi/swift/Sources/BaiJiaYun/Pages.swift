/// A page of a list.
public struct Page<Data: Sendable, Row: Sendable>: Sendable {
    /// The data of the page, as the documents describe them.
    public let data: Data
    /// The rows in them.
    public let rows: [Row]
    /// How many rows there are in all, if the service says so.
    public let total: Int64?
}

/// A page, and how the walk goes on.
struct Turn<Data: Sendable, Row: Sendable>: Sendable {
    let page: Page<Data, Row>
    /// Its rows were there before.
    let isRepeated: Bool
    let next: String?

    init(_ page: Page<Data, Row>, _ info: PageInfo?) {
        self.page = page
        isRepeated = info?.isRepeated == true
        next = info?.next
    }
}

/// A list. Nothing is asked for until you go through it, and then page by page as you go:
///
/// ```swift
/// for try await room in client.room.list(limit: 100) { print(room.roomID) }  // all rows of all pages
/// let page = try await client.room.list(page: 2).page()                      // one page
/// ```
public struct Pages<Data: Sendable, Row: Sendable>: AsyncSequence, Sendable {
    public typealias Element = Row

    let turn: @Sendable (_ position: String) async throws -> Turn<Data, Row>

    /// One page: the one that the parameters name, else the first.
    public func page() async throws -> Page<Data, Row> {
        try await turn("").page
    }

    /// The pages from that one on, one after the other.
    public func pages() -> Walk {
        Walk(turn: turn)
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(pages: Walk.Iterator(turn: turn))
    }

    /// The rows of all these pages.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var pages: Walk.Iterator
        private var rows: [Row] = []
        private var next = 0

        fileprivate init(pages: Walk.Iterator) {
            self.pages = pages
        }

        public mutating func next() async throws -> Row? {
            while next >= rows.count {
                guard let page = try await pages.next() else { return nil }
                rows = page.rows
                next = 0
            }
            defer { next += 1 }
            return rows[next]
        }
    }

    /// The pages of a list.
    public struct Walk: AsyncSequence, Sendable {
        public typealias Element = Page<Data, Row>

        let turn: @Sendable (_ position: String) async throws -> Turn<Data, Row>

        public func makeAsyncIterator() -> Iterator {
            Iterator(turn: turn)
        }

        public struct Iterator: AsyncIteratorProtocol {
            let turn: @Sendable (_ position: String) async throws -> Turn<Data, Row>
            private var position: String? = ""

            init(turn: @escaping @Sendable (_ position: String) async throws -> Turn<Data, Row>) {
                self.turn = turn
            }

            public mutating func next() async throws -> Page<Data, Row>? {
                while let asked = position {
                    let turn = try await turn(asked)
                    position = turn.next
                    if !turn.isRepeated { return turn.page }
                }
                return nil
            }
        }
    }
}
