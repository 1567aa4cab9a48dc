import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// What became of a request for which an executor threw something: the kind as the engine knows it, and in words.
func broken(_ error: any Error, _ request: HTTPRequest) throws -> (kind: String, message: String) {
    if let own = error as? BaiJiaYunError {
        guard let kind = [.connect, .timeout, .transport, .file].first(where: { $0 == own.kind }) else { throw own }
        return (kind.rawValue, quotes(own, request) ? "it quotes the address" : own.text)
    }
    if let error = error as? URLError { return ofURL(error, request.host) }
    return ("transport", quotes(error, request) ? "\(type(of: error)), which quotes the address" : words(error))
}

/// The cause as an error keeps it: without the address that Foundation adds.
func kept(_ error: any Error, _ request: HTTPRequest) -> (any Error)? {
    if let error = error as? URLError { return URLError(error.code) }
    return quotes(error, request) ? nil : error
}

private func ofURL(_ error: URLError, _ host: String) -> (kind: String, message: String) {
    switch error.code {
    case .cannotFindHost, .dnsLookupFailed: ("connect", "the host \(host) is not known")
    case .cannotConnectToHost, .notConnectedToInternet, .internationalRoamingOff, .callIsActive, .dataNotAllowed:
        ("connect", "no connection to \(host)")
    case .secureConnectionFailed, .serverCertificateHasBadDate, .serverCertificateUntrusted, .serverCertificateHasUnknownRoot,
        .serverCertificateNotYetValid, .clientCertificateRejected, .clientCertificateRequired, .appTransportSecurityRequiresSecureConnection:
        ("tls", "no TLS connection to \(host)")
    // On Linux it comes with the words of curl alone. What breaks off later begins with the name of the library.
    case .unknown where error.localizedDescription.hasPrefix("SSL") || error.localizedDescription.hasPrefix("TLS"):
        ("tls", "no TLS connection to \(host): \(error.localizedDescription)")
    // On Linux, in the words of curl: the proxy wants to know who asks, or may not go there.
    case .unknown where error.localizedDescription.hasPrefix("CONNECT tunnel failed"):
        ("connect", "no connection to \(host): \(error.localizedDescription)")
    case .badURL, .unsupportedURL: ("unsendable", "the address cannot be sent to")
    case .timedOut: ("timeout", "no answer from \(host) in time")
    default: ("transport", "no answer from \(host) (URLError \(error.code.rawValue))")
    }
}

/// Whether an error shows the signature of a request.
private func quotes(_ error: any Error, _ request: HTTPRequest) -> Bool {
    let sent =
        switch request.body {
        case .bytes(let form): String(decoding: form, as: UTF8.self)
        case .stream: ""
        case nil: request.url
        }
    guard let sign = sent.range(of: "sign=", options: .backwards) else { return false }
    let signature = sent[sign.upperBound...].prefix { $0.isHexDigit }
    return signature.count >= 8 && "\(error) \(words(error))".contains(signature)
}
