//! Decimal numbers as texts: exact, and without the reading and writing of
//! f64, which would be a fifth of the WebAssembly.

use std::cmp::Ordering;

/// The digits of a decimal number, such as `-12.50`.
#[derive(Clone, Copy)]
pub(crate) struct Decimal<'a> {
    negative: bool,
    /// Without leading zeros; empty for 0.
    whole: &'a str,
    /// Without zeros at the end.
    decimals: &'a str,
}

/// So many digits count; what stands behind them is noise of somebody's
/// arithmetic: 9.899999999999999 is 9.9, and 9.899 has a third decimal.
const DIGITS: usize = 9;

/// No number is longer than an f64 can be.
const LONGEST: i64 = 400;

impl<'a> Decimal<'a> {
    /// `None` if the text is anything but digits with at most one point between them.
    pub(crate) fn read(text: &'a str) -> Option<Decimal<'a>> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        (plain(whole) && plain(decimals)).then(|| Decimal {
            negative: digits.len() < text.len(),
            whole: whole.trim_start_matches('0'),
            decimals: decimals.trim_end_matches('0'),
        })
    }

    /// Its shortest form.
    pub(crate) fn text(self) -> String {
        self.signed(self.whole.as_bytes(), self.decimals.as_bytes())
    }

    /// With so many decimals; `None` if there are more that count.
    pub(crate) fn with_decimals(self, decimals: usize) -> Option<String> {
        let kept = self.whole.len() + decimals.max(DIGITS.saturating_sub(self.whole.len()));
        let mut digits: Vec<u8> = self.whole.bytes().chain(self.decimals.bytes()).collect();
        let round_up = digits.get(kept).is_some_and(|digit| *digit >= b'5');
        digits.resize(kept, b'0');
        let mut whole = self.whole.len();
        if round_up {
            let nines = digits.iter().rev().take_while(|digit| **digit == b'9').count();
            let changed = kept - nines;
            digits.iter_mut().skip(changed).for_each(|digit| *digit = b'0');
            match changed.checked_sub(1).and_then(|last| digits.get_mut(last)) {
                Some(digit) => *digit += 1,
                None => {
                    digits.insert(0, b'1');
                    whole += 1;
                }
            }
        }
        let (whole, behind) = digits.split_at_checked(whole)?;
        let (shown, noise) = behind.split_at_checked(decimals)?;
        noise.iter().all(|digit| *digit == b'0').then(|| self.signed(whole, shown))
    }

    pub(crate) fn compare(self, number: i64) -> Ordering {
        let away = if self.negative { Ordering::Less } else { Ordering::Greater };
        match self.signed(self.whole.as_bytes(), b"").parse::<i64>() {
            Ok(whole) if self.decimals.is_empty() => whole.cmp(&number),
            Ok(whole) => whole.cmp(&number).then(away),
            Err(_) => away,
        }
    }

    fn signed(self, whole: &[u8], decimals: &[u8]) -> String {
        let mut text = String::with_capacity(whole.len() + decimals.len() + 3);
        if self.negative {
            text.push('-');
        }
        let mut push = |digits: &[u8]| text.extend(digits.iter().map(|digit| char::from(*digit)));
        push(if whole.is_empty() { b"0" } else { whole });
        if !decimals.is_empty() {
            push(b".");
            push(decimals);
        }
        text
    }
}

/// A number as JSON or Rust writes it, in plain digits; `None` if it is none or too long.
pub(crate) fn plain(number: &str) -> Option<String> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent: i64 = exponent.parse().ok().filter(|exponent| (-LONGEST..=LONGEST).contains(exponent))?;
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let zeros = "0".repeat(usize::try_from(exponent.abs()).ok()?);
    let text = if exponent < 0 {
        let digits = format!("{zeros}{whole}");
        let (whole, behind) = digits.split_at_checked(digits.len() - zeros.len())?;
        format!("{sign}{whole}.{behind}{decimals}")
    } else {
        let digits = format!("{decimals}{zeros}");
        let (before, decimals) = digits.split_at_checked(zeros.len())?;
        format!("{sign}{whole}{before}.{decimals}0")
    };
    Decimal::read(&text).map(Decimal::text)
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::{Decimal, plain};

    #[test]
    fn numbers_in_plain_digits() {
        for (written, expected) in [
            ("0", "0"),
            ("-0.0", "-0"),
            ("12.50", "12.5"),
            ("007.5", "7.5"),
            ("1e3", "1000"),
            ("1.25E+1", "12.5"),
            ("1e-7", "0.0000001"),
            ("-12.5e-1", "-1.25"),
            ("0.1234567890123456789", "0.1234567890123456789"),
        ] {
            assert_eq!(plain(written).as_deref(), Some(expected), "{written}");
        }
        for wrong in ["", "-", "NaN", "inf", "1e", "1e400000", ".5", "5.", "1.2.3", "--1", "+1"] {
            assert_eq!(Decimal::read(wrong).map(Decimal::text), None, "{wrong}");
        }
        assert_eq!(plain("1e401"), None);
        assert_eq!(plain("NaN"), None);
    }

    #[test]
    fn decimals_that_count() {
        for (number, decimals, expected) in [
            ("9.9", 2, Some("9.90")),
            ("9.899999999999999", 2, Some("9.90")),
            ("9.899", 2, None),
            ("-9.9", 2, Some("-9.90")),
            ("0.30000000000000004", 1, Some("0.3")),
            ("99.99999999999999", 2, Some("100.00")),
            ("5", 0, Some("5")),
            ("5.5", 0, None),
            ("0.001", 2, None),
            ("123456789012.34", 2, Some("123456789012.34")),
            ("123456789012.345", 2, Some("123456789012.35")),
        ] {
            let number = Decimal::read(number).map(|number| number.with_decimals(decimals));
            assert_eq!(number, Some(expected.map(str::to_owned)), "{number:?}");
        }
    }

    proptest! {
        #[test]
        fn like_f64(number in -1e12..1e12_f64, bound in -1_000_000_000_000..1_000_000_000_000_i64) {
            let text = number.to_string();
            let decimal = Decimal::read(&text).ok_or_else(|| TestCaseError::fail(text.clone()))?;
            prop_assert_eq!(decimal.text(), text.as_str());
            prop_assert_eq!(Some(decimal.compare(bound)), number.partial_cmp(&(bound as f64)));
            prop_assert_eq!(decimal.compare(number as i64).is_eq(), number.fract() == 0.0);
            prop_assert_eq!(plain(&format!("{number:e}")), Some(number.to_string()));
        }

        #[test]
        fn rounded_like_f64(cents in -1_000_000_000..1_000_000_000_i64, factor in 1..1000_i64) {
            // What arithmetic makes of an amount.
            let amount = cents as f64 / 100.0;
            let noisy = (amount * factor as f64) / factor as f64;
            let text = noisy.to_string();
            let decimal = Decimal::read(&text).ok_or_else(|| TestCaseError::fail(text.clone()))?;
            prop_assert_eq!(decimal.with_decimals(2), Some(format!("{amount:.2}")));
        }
    }

    #[test]
    fn beyond_64_bits() {
        let compare = |text: &str, number| Decimal::read(text).map(|decimal| decimal.compare(number));
        assert_eq!(compare("99999999999999999999", i64::MAX), Some(Ordering::Greater));
        assert_eq!(compare("-99999999999999999999.5", i64::MIN), Some(Ordering::Less));
        assert_eq!(compare("-0.5", 0), Some(Ordering::Less));
    }
}
