//! TLS with the certificates that the operating system trusts.

use std::sync::{Arc, OnceLock};

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls_platform_verifier::BuilderVerifierExt;

/// The settings of all clients of this process: they are dear to make, and hold the sessions to resume.
///
/// # Errors
/// A reason for people, if there is no provider or the system's certificates cannot be read.
pub(super) fn config() -> Result<ClientConfig, String> {
    static CONFIG: OnceLock<ClientConfig> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(config.clone());
    }
    let made = make()?;
    Ok(CONFIG.get_or_init(|| made).clone())
}

fn make() -> Result<ClientConfig, String> {
    let provider = provider().ok_or(
        "there is no TLS provider: use the feature ring or aws-lc-rs, or install a default provider of rustls before the first client",
    )?;
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    let mut config = builder.with_platform_verifier().map_err(|error| error.to_string())?.with_no_client_auth();
    // reqwest names the protocols itself only where it makes the settings.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The process's own choice first, so that it stays the only one.
fn provider() -> Option<Arc<CryptoProvider>> {
    if let Some(installed) = CryptoProvider::get_default() {
        return Some(Arc::clone(installed));
    }
    #[cfg(feature = "aws-lc-rs")]
    return Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    #[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
    return Some(Arc::new(rustls::crypto::ring::default_provider()));
    #[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
    None
}
