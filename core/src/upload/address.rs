//! Where a file may be sent.

use std::fmt;

use crate::error::{Error, ErrorKind};

/// An upload address, which must not be shown.
pub(super) struct Token(pub(super) String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// Refuses an address that is not the one that was asked for.
pub(super) fn check(operation: &str, url: String, use_https: bool) -> Result<Token, Error> {
    let refuse = |message: &str, hint: &'static str| {
        Err(Error::new(ErrorKind::UploadFailed, operation).with_message(message).with_hint(hint))
    };
    match url.strip_prefix("http://") {
        Some(rest) if use_https && !is_here(rest) => refuse(
            "the upload address is http, though https was asked for: nothing was sent",
            "with use_https 0 the file goes up unencrypted",
        ),
        None if !url.starts_with("https://") => {
            refuse("the upload address is neither https nor http", "upload_url has to be given on as it came")
        }
        _ => Ok(Token(url)),
    }
}

/// Whether an address without its scheme is on this machine, where nobody listens in.
fn is_here(address: &str) -> bool {
    let authority = address.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let name = host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(name, _)| name);
    name == "127.0.0.1" || name == "[::1]" || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_here() {
        for url in ["127.0.0.1:80/up", "127.0.0.1", "LOCALHOST:1", "[::1]:8080/?a=b", "[::1]", "user@127.0.0.1?x"] {
            assert!(is_here(url), "{url}");
        }
        for url in [
            "127.0.0.1.example.com/",
            "example.com/127.0.0.1",
            "example.com#localhost",
            "localhost.example.com",
            "localhost@example.com/",
            "[::2]/",
            "[::1",
            "10.0.0.1",
            "",
            "0127.0.0.1",
        ] {
            assert!(!is_here(url), "{url}");
        }
    }

    #[test]
    fn http_is_taken_where_it_was_not_asked_to_be_https() {
        let check = |url: &str, use_https| check("video.get_upload_url", url.to_owned(), use_https).is_ok();
        assert!(check("https://a.example/", true) && check("https://a.example/", false));
        assert!(!check("http://a.example/", true) && check("http://a.example/", false));
        assert!(check("http://127.0.0.1:9/", true));
        assert!(!check("ftp://a.example/", false) && !check("", false) && !check("//a.example/", false));
    }
}
