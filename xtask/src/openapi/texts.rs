//! What the document says in words.

/// The beginning of the document.
pub const ABOUT: &str = "\
Generated from the description of the project baijiayun; nobody of the vendor wrote it.

**请求 Requests.** POST with a form (`application/x-www-form-urlencoded`, or `multipart/form-data` where there is a file), UTF-8. \
A list is joined by commas; a JSON parameter is a JSON text. Where the service takes GET as well, the operation stands twice, with the same \
parameters in the query: `NAME.by_get`. POST is better, since a query stands in access logs.

**签名 Signature.** Every request carries `partner_id`, `timestamp` and `sign`: see the security scheme `sign`. They are not listed among the \
parameters of each operation, since a generated client adds them in one place.

**返回 Answers.** Nearly always HTTP 200 with `code`: 0 is success, and then `data` is what the operation tells. The service is written in PHP: \
a number may come as text, an empty object as `[]`, a missing value as null. The schemas say what the documents' tables state, and allow \
what their printed answers show; a receiver should be lenient beyond that.

**把握 What is known.** The documents were clipped. `x-path-source` says of each path whether a document prints it (`seed`), public material \
names it (`public`), or it is **a guess** (`inferred`; `x-path-candidates` has the others, best first). Lists of values are open: \
`x-extensible-enum` has those that are known.

**频率 Limits.** 200 requests in 10 s per account; what an operation has besides stands in `x-limits`.";

/// How a request is signed.
pub const SIGNING: &str = "\
参数签名。Take all parameters of the request but files and `sign`, with `partner_id` and `timestamp` (unix seconds) among them. Sort them by \
name (bytes, ascending), join them as `name=value` with `&`, values as they are before any percent-encoding, append `&partner_key=` and the \
key, and take the MD5 of the UTF-8 text in lower case hexadecimal digits.

OpenAPI has no word for this. `in: query` is true of GET only: in a POST `partner_id`, `timestamp` and `sign` are members of the form. The \
schema `Signature` (`x-members`) describes the three. No tool can sign from this description alone: add a middleware of some 20 lines.";

/// A sentence with a list below it.
pub fn with_list(sentence: &str, items: &[String]) -> String {
    format!("{sentence}\n\n{}", items.join("\n"))
}

/// Lines of documentation as one text.
pub fn text(lines: &[String]) -> String {
    lines.join("\n").trim().to_owned()
}
