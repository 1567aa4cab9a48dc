//! What explaining wants of its host.

/// What can be done with texts only by tables that are larger than all else here. A browser has them; [`Host::std`] is for the others.
#[derive(Clone, Copy)]
pub struct Host {
    /// Encodes as GBK.
    pub gbk: fn(&str) -> Vec<u8>,
    /// Writes in lower case, letters outside of ASCII too.
    pub lower: fn(&str) -> String,
    /// Writes in upper case.
    pub upper: fn(&str) -> String,
    /// Reads a decimal as a double and writes that with the fewest digits and an exponent: `-1.25e-7`, `3e0`. It is given digits, points and signs.
    pub double: fn(&str) -> Option<String>,
}

impl Host {
    /// With what the standard library has; it does not know GBK.
    pub fn std(gbk: fn(&str) -> Vec<u8>) -> Host {
        Host { gbk, lower: str::to_lowercase, upper: str::to_uppercase, double }
    }

    /// The double nearest to a decimal, in its digits.
    pub(crate) fn read_double(&self, decimal: &str) -> Option<Double> {
        let is_decimal = decimal.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        let scientific = (self.double)(decimal).filter(|_| is_decimal)?;
        let (mantissa, exponent) = scientific.split_once('e')?;
        let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
        let digits = mantissa.replace('.', "");
        let exponent = exponent.parse().ok()?;
        (!digits.is_empty()).then_some(Double { sign, digits, exponent })
    }
}

fn double(decimal: &str) -> Option<String> {
    decimal.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| format!("{number:e}"))
}

/// A double as languages write it.
pub(crate) struct Double {
    sign: &'static str,
    /// The first one stands before the point.
    digits: String,
    exponent: i16,
}

impl Double {
    pub(crate) fn is_whole(&self) -> bool {
        usize::try_from(self.exponent).is_ok_and(|exponent| self.digits.len() <= exponent + 1) || self.digits == "0"
    }

    /// Without an exponent.
    pub(crate) fn plain(&self) -> String {
        let Double { sign, digits, exponent } = self;
        match usize::try_from(*exponent) {
            Err(_) => format!("{sign}0.{}{digits}", "0".repeat(usize::from(exponent.unsigned_abs()) - 1)),
            Ok(exponent) if digits.len() > exponent + 1 => {
                let (whole, rest) = digits.split_at(exponent + 1);
                format!("{sign}{whole}.{rest}")
            }
            Ok(exponent) => format!("{sign}{digits:0<width$}", width = exponent + 1),
        }
    }

    /// With one, as Java writes it.
    pub(crate) fn with_exponent(&self) -> String {
        let (first, rest) = self.digits.split_at(1);
        let rest = if rest.is_empty() { "0" } else { rest };
        format!("{}{first}.{rest}E{}", self.sign, self.exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_languages_write_them() {
        let host = Host::std(|_| Vec::new());
        for (decimal, plain, with_exponent, is_whole) in [
            ("0", "0", "0.0E0", true),
            ("1700000123", "1700000123", "1.700000123E9", true),
            ("100", "100", "1.0E2", true),
            ("1.50", "1.5", "1.5E0", false),
            ("-0.00125", "-0.00125", "-1.25E-3", false),
            ("99.9", "99.9", "9.99E1", false),
            ("17000001230000001", "17000001230000000", "1.700000123E16", true),
            ("0.1", "0.1", "1.0E-1", false),
        ] {
            let double = host.read_double(decimal).expect(decimal);
            let found = (double.plain(), double.with_exponent(), double.is_whole());
            assert_eq!(found, (plain.to_owned(), with_exponent.to_owned(), is_whole), "{decimal}");
            // Rust writes them so too.
            assert_eq!(decimal.parse::<f64>().map(|number| number.to_string()), Ok(plain.to_owned()), "{decimal}");
        }
        for text in ["", "-", "1.2.3", "1e5", "inf", "nan", "0x10", "1-"] {
            assert!(host.read_double(text).is_none(), "{text}");
        }
    }
}
