//! Devices that make one-time codes, and the codes.

use super::is_word;

text!(
    /// What a device is called. Its serial number bounds how long that is.
    MfaName, 1.., r"[\w+=,.@-]+", super::name::is_name
);

text!(
    /// The serial number of a device: the ARN of one that is virtual.
    SerialNumber, 9..=256, r"[\w+=/:,.@-]+", is_serial
);

text!(
    /// A code that a device shows.
    AuthenticationCode, 6..=6, r"[\d]+", |raw| raw.bytes().all(|byte| byte.is_ascii_digit())
);

words!(
    /// Which devices are asked for.
    AssignmentStatus {
        /// Those that are enabled for someone.
        Assigned,
        /// Those that are not.
        Unassigned,
        /// All.
        Any,
    }
);

words!(
    /// Where the tokens of STS's global endpoint are good.
    TokenVersion {
        /// In the regions that every account has.
        V1 = "v1Token",
        /// In all regions.
        V2 = "v2Token",
    }
);

fn is_serial(raw: &str) -> bool {
    !raw.is_empty() && raw.chars().all(|c| is_word(c) || "+=/:,.@-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    #[test]
    fn a_serial_number_is_an_arn_or_what_is_printed_on_a_device() {
        for good in ["arn:aws:iam::123456789012:mfa/a/b", "GAHT12345678"] {
            assert!(SerialNumber::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "GAHT1234", "GAHT 12345678", "GAHT*12345678", &"x".repeat(257)] {
            assert!(SerialNumber::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_is_six_digits() {
        assert!(AuthenticationCode::parse("012345").is_ok());
        for bad in ["01234", "0123456", "01234a", "+12345"] {
            assert!(AuthenticationCode::parse(bad).is_err(), "{bad}");
        }
    }
}
