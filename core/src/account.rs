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
        if key.is_empty() {
            return Err(invalid("partner_key is empty", "copy it from the BaijiaYun back office"));
        }
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
        if partner_id.is_empty() || !partner_id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(invalid(
                format!("partner_id {} is not a number", quoted(&partner_id)),
                "copy it from the BaijiaYun back office",
            ));
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
        let domain = domain.trim().trim_end_matches('/');
        if domain.starts_with("http://") || domain.starts_with("https://") {
            if let Some(own) = domain.strip_prefix("https://").and_then(own_domain) {
                return Ok(Base::domain(own));
            }
            if domain.contains(char::is_whitespace) {
                return Err(invalid("the address holds white space", "give it as a browser shows it"));
            }
            if domain.contains('@') {
                return Err(invalid("the address holds a user or a password", "give the address without them"));
            }
            return Ok(Base::Address(domain.to_owned()));
        }
        let label = own_domain(domain).unwrap_or(domain);
        if is_host(label) {
            return Ok(Base::Domain(["https://", label].concat()));
        }
        if !is_label(label) {
            return Err(invalid(
                format!("domain {} is neither a domain prefix nor an address", quoted(domain)),
                "give the prefix of your private domain (`demo` for demo.at.baijiayun.com), the name of a white-label host or a whole http(s):// address",
            ));
        }
        Ok(Base::domain(label))
    }

    fn domain(label: &str) -> Base {
        Base::Domain(["https://", label, ".at.baijiayun.com"].concat())
    }
}

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
