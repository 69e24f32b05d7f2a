//! Texts as pictures that a camera reads: QR codes (ISO/IEC 18004) in PNG files (RFC 2083).

use miniz_oxide::deflate::compress_to_vec_zlib;
use qrcodegen::{QrCode, QrCodeEcc};

/// How many pixels one module is wide and high.
const SCALE: i32 = 4;

/// How many modules of white stand around the code.
const QUIET: i32 = 4;

/// What every PNG file begins with.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// One bit a pixel, in grey, neither filtered otherwise nor interlaced than is usual.
const GREY: [u8; 5] = [1, 0, 0, 0, 0];

/// How well the pixels are packed: as usual.
const LEVEL: u8 = 6;

/// The picture of a text; none where it is too long for one.
pub fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let side = code.size().saturating_add(QUIET.saturating_mul(2)).saturating_mul(SCALE);
    let header = [&side.to_be_bytes()[..], &side.to_be_bytes(), &GREY].concat();
    let pixels = compress_to_vec_zlib(&lines(&code, side), LEVEL);
    let chunks = [chunk(*b"IHDR", &header)?, chunk(*b"IDAT", &pixels)?, chunk(*b"IEND", &[])?];
    Some([SIGNATURE, &chunks.concat()].concat())
}

/// The lines of the picture, each behind the number of its filter.
fn lines(code: &QrCode, side: i32) -> Vec<u8> {
    let line = |y: i32| {
        let eights = (0..side).step_by(8);
        [0].into_iter().chain(eights.map(move |x| eight(code, x, y)))
    };
    (0..side).flat_map(line).collect()
}

/// Eight pixels side by side, the first in the highest bit; 1 is white.
fn eight(code: &QrCode, x: i32, y: i32) -> u8 {
    (x..x.saturating_add(8)).fold(0, |bits, x| bits << 1 | u8::from(is_white(code, x, y)))
}

fn is_white(code: &QrCode, x: i32, y: i32) -> bool {
    let module = |pixel: i32| (pixel / SCALE).saturating_sub(QUIET);
    !code.get_module(module(x), module(y))
}

fn chunk(kind: [u8; 4], content: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(content.len()).ok()?.to_be_bytes();
    let checked = [&kind[..], content].concat();
    let check = crc(&checked).to_be_bytes();
    Some([&length[..], &checked, &check].concat())
}

/// RFC 2083 section 3.4.
fn crc(bytes: &[u8]) -> u32 {
    let bit = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| bit(crc));
    !bytes.iter().fold(u32::MAX, byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "otpauth://totp/ann@123456789012?secret=GEZDGNBVGY3TQOJQ";

    #[test]
    fn chunks_are_checked_as_png_says() {
        assert_eq!(chunk(*b"IEND", &[]).unwrap(), *b"\0\0\0\0IEND\xae\x42\x60\x82");
    }

    #[test]
    fn the_picture_shows_the_modules_of_the_code() {
        let code = QrCode::encode_text(TEXT, QrCodeEcc::Medium).unwrap();
        let side = (code.size() + 2 * QUIET) * SCALE;
        let png = png(TEXT).unwrap();
        let rest = png.strip_prefix(SIGNATURE).unwrap();
        assert_eq!(rest[8..16], [side.to_be_bytes(), side.to_be_bytes()].concat());
        let (length, rest) = rest[25..].split_at(4);
        let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
        let pixels = rest.strip_prefix(b"IDAT").unwrap();
        let pixels = miniz_oxide::inflate::decompress_to_vec_zlib(&pixels[..length]).unwrap();
        let line = 1 + usize::try_from(side).unwrap().div_ceil(8);
        assert_eq!(pixels.len(), line * usize::try_from(side).unwrap());
        for y in 0..side {
            for x in 0..side {
                let (row, column) = (usize::try_from(y).unwrap(), usize::try_from(x).unwrap());
                let byte = pixels[row * line + 1 + column / 8];
                let is_dark = byte >> (7 - column % 8) & 1 == 0;
                let module = (x / SCALE - QUIET, y / SCALE - QUIET);
                assert_eq!(is_dark, code.get_module(module.0, module.1), "{x} {y}");
            }
        }
    }

    #[test]
    fn what_is_too_long_has_no_picture() {
        assert!(png(&"x".repeat(3000)).is_none());
    }
}
