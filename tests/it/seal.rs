//! Secrets at rest: what is sealed opens where it was sealed for, and nowhere else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use countersign::secret::Secret;
use countersign::store::seal::{BadKey, Origin, Seal, SealKey, Unsealable};
use tempfile::tempdir;

const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";
const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const KEY: &[u8] = b"123456789012/AKIAIOSFODNN7EXAMPLE";

fn seal() -> Seal {
    Seal::new(&SealKey::parse(HEX).unwrap()).unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

#[test]
fn what_was_sealed_opens_with_its_key_and_its_context() {
    for text in ["", "x", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "…", &"long".repeat(10_000)]
    {
        let sealed = seal().seal(&secret(text), KEY).unwrap();
        assert_eq!(seal().open(&sealed, KEY), Ok(secret(text)));
        assert_eq!(sealed.len(), 1 + 12 + text.len() + 16);
    }
}

#[test]
fn no_secret_is_sealed_twice_in_the_same_way() {
    let sealed = || seal().seal(&secret("hush"), KEY).unwrap();
    let (first, second) = (sealed(), sealed());
    assert_ne!(first[1..13], second[1..13]);
    assert_ne!(first[13..], second[13..]);
}

#[test]
fn no_bit_may_change() {
    let sealed = seal().seal(&secret("hush"), KEY).unwrap();
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let expected = match bit {
            0..8 => Unsealable::Unknown(changed[0]),
            _ => Unsealable::Forged,
        };
        assert_eq!(seal().open(&changed, KEY), Err(expected), "bit {bit}");
    }
}

#[test]
fn nothing_may_be_missing_or_added() {
    let sealed = seal().seal(&secret("hush"), KEY).unwrap();
    for length in 0..sealed.len() {
        let expected = match length {
            0..29 => Unsealable::TooShort { length },
            _ => Unsealable::Forged,
        };
        assert_eq!(seal().open(&sealed[..length], KEY), Err(expected));
    }
    assert_eq!(seal().open(&[sealed.as_slice(), &[0]].concat(), KEY), Err(Unsealable::Forged));
}

#[test]
fn what_is_moved_elsewhere_does_not_open_there() {
    let sealed = seal().seal(&secret("hush"), KEY).unwrap();
    for elsewhere in [&KEY[1..], &KEY[..KEY.len() - 1], b"", b"210987654321/AKIAIOSFODNN7EXAMPLE"] {
        assert_eq!(seal().open(&sealed, elsewhere), Err(Unsealable::Forged));
    }
}

#[test]
fn another_key_does_not_open() {
    let sealed = seal().seal(&secret("hush"), KEY).unwrap();
    let other = Seal::new(&SealKey::generate().unwrap()).unwrap();
    assert_eq!(other.open(&sealed, KEY), Err(Unsealable::Forged));
}

#[test]
fn a_check_tells_the_key_it_was_made_with() {
    let check = seal().check_value().unwrap();
    assert_eq!(seal().verify_check(&check), Ok(()));
    let other = Seal::new(&SealKey::generate().unwrap()).unwrap();
    assert_eq!(other.verify_check(&check), Err(BadKey::Other));
    assert_eq!(seal().verify_check(b""), Err(BadKey::Other));
    assert_eq!(
        BadKey::Other.to_string(),
        "this sealing key is not the one that the secrets in the store were sealed with; \
         start with that one"
    );
}

#[test]
fn a_check_is_no_secret_and_a_secret_no_check() {
    let check = seal().check_value().unwrap();
    assert_eq!(seal().open(&check, b""), Err(Unsealable::Forged));
    let sealed = seal().seal(&secret("countersign"), b"").unwrap();
    assert_eq!(seal().verify_check(&sealed), Err(BadKey::Other));
}

#[test]
fn a_key_is_written_in_hexadecimal_or_base64() {
    let sealed = seal().seal(&secret("hush"), KEY).unwrap();
    for text in [HEX, BASE64, &HEX.to_lowercase(), &format!("{HEX}\n"), &format!(" {BASE64}\r\n")] {
        let same = Seal::new(&SealKey::parse(text).unwrap()).unwrap();
        assert_eq!(same.open(&sealed, KEY), Ok(secret("hush")), "{text:?}");
    }
}

#[test]
fn what_is_no_key_is_refused_and_not_repeated() {
    let wrong = [
        "",
        &HEX[1..],
        &format!("{HEX}0"),
        &format!("x{}", &HEX[1..]),
        &BASE64[1..],
        &BASE64.replace('=', "A"),
        &BASE64.replace("8=", "9="),
        &BASE64.replace("h8=", "=h8"),
        &format!("{}==", "A".repeat(42)),
        &"€".repeat(64),
        &"é".repeat(32),
        &"é".repeat(22),
        &format!("{} {}", &HEX[..32], &HEX[33..]),
    ];
    for text in wrong {
        let failure = SealKey::parse(text).unwrap_err();
        assert_eq!(failure, BadKey::Malformed { length: text.chars().count() }, "{text:?}");
    }
    assert_eq!(
        SealKey::parse("hush").unwrap_err().to_string(),
        "the sealing key has 4 characters; \
         it must be 64 hexadecimal digits, or 44 characters of base64"
    );
}

#[test]
fn a_key_that_is_not_there_is_made_once_for_its_owner_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("seal.key");
    assert!(matches!(SealKey::load(&path), Err(BadKey::Unreadable { .. })));
    let (made, origin) = SealKey::load_or_create(&path).unwrap();
    assert_eq!(origin, Origin::Made);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{}\n", *made.to_hex()));
    let (found, origin) = SealKey::load_or_create(&path).unwrap();
    assert_eq!(origin, Origin::Found);
    assert_eq!(found.to_hex(), made.to_hex());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn two_keys_that_are_made_differ() {
    let key = || SealKey::generate().unwrap().to_hex();
    assert_ne!(key(), key());
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("seal.key");
    SealKey::load_or_create(&path).unwrap();
    for (mode, is_good) in [
        (0o600, true),
        (0o400, true),
        (0o644, false),
        (0o604, false),
        (0o660, false),
        (0o602, false),
    ] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(SealKey::load(&path).is_ok(), is_good, "{mode:o}");
    }
    let failure = SealKey::load_or_create(&path).unwrap_err();
    assert_eq!(failure, BadKey::Exposed { path: path.clone() });
    let sentence =
        format!("others can read the sealing key in {}: close it with chmod 600", path.display());
    assert_eq!(failure.to_string(), sentence);
}

#[test]
fn a_file_that_holds_no_key_is_refused_and_left_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("seal.key");
    for content in ["", "hush", &"0".repeat(100_000)] {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(SealKey::load_or_create(&path), Err(BadKey::Malformed { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    assert!(matches!(
        SealKey::load(folder.path()),
        Err(BadKey::Exposed { .. } | BadKey::Unreadable { .. })
    ));
    let nowhere = Path::new("/nowhere/seal.key");
    assert!(matches!(SealKey::load_or_create(nowhere), Err(BadKey::Unreadable { .. })));
}

#[test]
fn keys_and_seals_do_not_print() {
    assert_eq!(format!("{:?}", SealKey::parse(HEX).unwrap()), "SealKey(…)");
    assert_eq!(format!("{:?}", seal()), "Seal(…)");
}
