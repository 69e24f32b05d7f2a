//! Why somebody was refused, sealed: whoever gets it cannot read it, but can show it to
//! somebody who may.
//!
//! A message is base 64 in the alphabet for URLs (RFC 4648 section 5), without padding, of
//! the number of the token key in 4 bytes, and of what [`Seal`](crate::store::seal::Seal)
//! makes of the deflated text.

use data_encoding::BASE64URL_NOPAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::store::session::token_keys::TokenKeys;
use crate::text::AccountId;

/// No message has more characters (STS API Reference, `DecodeAuthorizationMessage`), and no
/// text more bytes when it is unpacked.
const LONGEST: usize = 10_240;
const LONGEST_TEXT: usize = 128 * 1024;

/// No message that we make is longer: it stands in a header, and many proxies take no more
/// than 4 KiB of all headers together.
const LONGEST_MADE: usize = 3072;

/// How hard is tried to pack: messages are made while somebody waits.
const LEVEL: u8 = 3;

impl TokenKeys {
    /// A message for the callers of an account; nothing where it is too long.
    pub(in crate::store) fn encode(&self, text: &str, account: &AccountId) -> Option<String> {
        let key = self.newest()?;
        let sealed = key.seal_message(&compress_to_vec(text.as_bytes(), LEVEL), account)?;
        let message = BASE64URL_NOPAD.encode(&[&key.number().to_be_bytes()[..], &sealed].concat());
        (message.len() <= LONGEST_MADE).then_some(message)
    }

    /// The text of a message, if it is one for the callers of that account.
    pub(in crate::store) fn decode(&self, message: &str, account: &AccountId) -> Option<String> {
        if message.len() > LONGEST {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(message.as_bytes()).ok()?;
        let (number, sealed) = bytes.split_first_chunk()?;
        let key = self.numbered(u32::from_be_bytes(*number))?;
        let packed = key.open_message(sealed, account)?;
        let text = decompress_to_vec_with_limit(&packed, LONGEST_TEXT).ok()?;
        String::from_utf8(text).ok()
    }
}
