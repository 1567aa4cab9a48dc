import Foundation

extension Date {
    /// Unix seconds of the service, where 0 is no time.
    init?(service seconds: Int64?) {
        guard let seconds, seconds != 0 else { return nil }
        self.init(timeIntervalSince1970: Double(seconds))
    }

    /// A time as the service writes it, `2030-01-01[ 08:00[:00]]`, which is Chinese time, UTC+8.
    init?(service text: String?) {
        guard let text else { return nil }
        let numbers = text.split(omittingEmptySubsequences: false) { "-: ".contains($0) }.map { Int($0) }
        guard [3, 5, 6].contains(numbers.count), !numbers.contains(nil), text.prefix(10).filter({ $0 == "-" }).count == 2 else { return nil }
        let parts = numbers.compactMap(\.self) + [0, 0, 0]
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 8 * 3600)!
        let components = DateComponents(
            year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4], second: parts[5])
        guard components.isValidDate(in: calendar), let date = calendar.date(from: components) else { return nil }
        self = date
    }
}
