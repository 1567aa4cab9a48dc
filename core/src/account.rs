//! Who calls: the address, the id and the key of an account, and the paths that it has set itself.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::json::quoted;
use crate::operation::{Host, Operation, PathSource};
use crate::sign::{PartnerKey, Signer};

/// An account of the service: where it is, who it is, and what signs for it.
#[derive(Clone)]
pub struct Account {
    base: Base,
    partner_id: String,
    /// `None`: the host has it signed, step by step.
    signer: Option<Arc<dyn Signer>>,
    paths: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Base {
    /// `https://{domain}.at.baijiayun.com` or a host of the account's own, in full.
    Domain(String),
    /// A whole address: a proxy or the mock service. Serves operations of every host.
    Address(String),
}

impl Account {
    /// An account that signs with its own key.
    ///
    /// `domain` is the account's private domain prefix (`demo` for
    /// `demo.at.baijiayun.com`, which is taken as well), the name of a
    /// white-label host (`demo.at.juvox.com.cn`), or a whole address that
    /// begins with `http://` or `https://` (the mock service, a proxy).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidAccount`] if a part is empty or cannot be part of an address.
    pub fn new(domain: &str, partner_id: impl ToString, key: impl Into<PartnerKey>) -> Result<Account, Error> {
        let key = key.into();
        check_key("partner_key", &key)?;
        Account::with_signer(domain, partner_id, Arc::new(key))
    }

    /// An account whose signatures are made by `signer`.
    ///
    /// # Errors
    /// As [`Account::new`].
    pub fn with_signer(domain: &str, partner_id: impl ToString, signer: Arc<dyn Signer>) -> Result<Account, Error> {
        Account::without_signer(domain, partner_id).map(|account| Account { signer: Some(signer), ..account })
    }

    /// An account whose calls are signed by the host of the engine, which may
    /// ask another machine (see [`Step::Sign`](crate::engine::Step::Sign)).
    ///
    /// # Errors
    /// As [`Account::new`].
    pub fn without_signer(domain: &str, partner_id: impl ToString) -> Result<Account, Error> {
        let partner_id = partner_id.to_string();
        if !(1..=20).contains(&partner_id.len()) || !partner_id.bytes().all(|byte| byte.is_ascii_digit()) {
            // It is not shown: a key may stand in its place.
            return Err(invalid("partner_id is not a number", "copy it from the BaijiaYun back office"));
        }
        Ok(Account { base: Base::parse(domain)?, partner_id, signer: None, paths: BTreeMap::new() })
    }

    /// Uses these paths, by operation name, in place of the table's. They are
    /// for operations whose path is a guess.
    #[must_use]
    pub fn with_paths(mut self, paths: impl IntoIterator<Item = (String, String)>) -> Account {
        self.paths.extend(paths);
        self
    }

    /// The account's id.
    pub fn partner_id(&self) -> &str {
        &self.partner_id
    }

    /// What signs for the account, if it is here.
    pub fn signer(&self) -> Option<&dyn Signer> {
        self.signer.as_deref()
    }

    /// The address of an operation, without a query. `None` for an operation
    /// whose address is given with each call.
    pub fn address(&self, operation: &Operation) -> Option<String> {
        let path = self.path(operation);
        match (operation.host, &self.base) {
            (Host::Given(_), _) => None,
            (Host::Fixed(host), Base::Domain(_)) => Some(format!("https://{host}{path}")),
            (Host::Account, Base::Domain(_)) | (_, Base::Address(_)) => Some(self.page(path)),
        }
    }

    /// Whether its calls would go to the vendor's own domains without TLS.
    pub(crate) fn is_bare(&self) -> bool {
        let Base::Address(address) = &self.base else { return false };
        let Some(host) = address.strip_prefix("http://") else { return false };
        let name = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let is_in = |domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        VENDOR.into_iter().any(is_in)
    }

    /// The address of a path on the account's own host.
    pub(crate) fn page(&self, path: &str) -> String {
        let (Base::Domain(address) | Base::Address(address)) = &self.base;
        [address, path].concat()
    }

    /// The operation as this account calls it: with the path that was set for it, if any.
    pub fn resolve<'o>(&self, operation: &'o Operation) -> Cow<'o, Operation> {
        self.with_its_path(operation).map_or(Cow::Borrowed(operation), Cow::Owned)
    }

    /// The operation with the path that was set for it, if one was.
    pub(crate) fn with_its_path(&self, operation: &Operation) -> Option<Operation> {
        let path = Cow::Owned(self.paths.get(operation.name.as_ref())?.clone());
        Some(Operation { path, path_source: PathSource::Set, ..operation.clone() })
    }

    fn path<'a>(&'a self, operation: &'a Operation) -> &'a str {
        self.paths.get(operation.name.as_ref()).map_or(operation.path.as_ref(), String::as_str)
    }
}

impl Base {
    fn parse(domain: &str) -> Result<Base, Error> {
        if domain.contains(|char: char| char.is_whitespace() || char.is_control() || char == '\u{feff}') {
            return Err(invalid("the domain holds white space or a line break", "give it as a browser shows it"));
        }
        let (scheme, host) = match domain.split_once("://") {
            Some((scheme @ ("http" | "https"), host)) => (Some(scheme), host),
            Some(_) => return Err(invalid("the address begins with neither http:// nor https://", HOW)),
            None => (None, domain),
        };
        let host = host.strip_suffix('/').unwrap_or(host);
        for (sign, what) in [('@', "a user or a password"), ('?', "a query"), ('#', "a fragment"), ('/', "a path")] {
            if host.contains(sign) {
                return Err(invalid(
                    format!("the domain holds {what}"),
                    "give it without: operations have their own paths",
                ));
            }
        }
        match scheme {
            Some(scheme @ "http") => Base::address(scheme, host),
            Some(scheme) => {
                own_domain(host).map_or_else(|| Base::address(scheme, host), |label| Ok(Base::domain(label)))
            }
            None => match own_domain(host).unwrap_or(host) {
                name if is_host(name) => Ok(Base::Domain(["https://", name].concat())),
                label if is_label(label) => Ok(Base::domain(label)),
                _ => Err(invalid(format!("domain {} is neither a domain prefix nor an address", quoted(domain)), HOW)),
            },
        }
    }

    /// A whole address, of this host with its port.
    fn address(scheme: &str, host: &str) -> Result<Base, Error> {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (host, None),
        };
        if port.is_some_and(|port| port.parse::<u16>().map_or(true, |port| port == 0) || port.starts_with('+')) {
            return Err(invalid(
                "the port of the address is not a number from 1 to 65535",
                "give the right one, or none",
            ));
        }
        let v6 = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let in_v6 = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        let is_name = |name: &str| !name.is_empty() && name.split('.').all(|label| is_label(&label.replace('_', "-")));
        if v6.map_or_else(|| is_name(name), |name| !name.is_empty() && name.bytes().all(in_v6)) {
            return Ok(Base::Address([scheme, "://", host].concat()));
        }
        Err(invalid(format!("{} is not the name of a host", quoted(name)), HOW))
    }

    fn domain(label: &str) -> Base {
        Base::Domain(["https://", label, ".at.baijiayun.com"].concat())
    }
}

const HOW: &str = "give the prefix of your private domain (`demo` for demo.at.baijiayun.com), the name of a white-label host or a whole http(s):// address";

/// The domains of the vendor.
const VENDOR: [&str; 2] = ["baijiayun.com", "baijiacloud.com"];

fn is_label(label: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !label.is_empty() && label.len() <= 63 && label.bytes().all(plain)
}

/// Whether it is the name of a host, as a white label has one: three labels at least, the last one a word.
fn is_host(name: &str) -> bool {
    let top = name.rsplit('.').next().unwrap_or_default();
    let is_word = top.len() > 1 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_word && name.split('.').count() > 2 && name.split('.').all(is_label)
}

fn own_domain(host: &str) -> Option<&str> {
    host.strip_suffix(".at.baijiayun.com").filter(|label| !label.is_empty() && !label.contains(['.', '/', ':', '@']))
}

/// Says whether a key can be one.
///
/// # Errors
/// [`ErrorKind::InvalidAccount`] with the reason, and without the key.
pub fn check_key(name: &str, key: &PartnerKey) -> Result<(), Error> {
    match key.fault() {
        None => Ok(()),
        Some(fault) => Err(invalid(format!("{name} {fault}"), "copy it alone from the BaijiaYun back office")),
    }
}

fn invalid(message: impl Into<String>, hint: &'static str) -> Error {
    Error::new(ErrorKind::InvalidAccount, "").with_message(message).with_hint(hint)
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("base", &self.base)
            .field("partner_id", &self.partner_id)
            .field("paths", &self.paths)
            .finish_non_exhaustive()
    }
}
