//! Values of conditions that are more than text: numbers, dates, addresses, bytes.

use std::cmp::Ordering;
use std::net::IpAddr;

/// A decimal number of any length.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Number {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Number {
    pub(super) fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let has_point = digits.contains('.');
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || (has_point && fraction.is_empty()) {
            return None;
        }
        let whole_digits = whole.trim_start_matches('0').to_owned();
        let fraction_digits = fraction.trim_end_matches('0').to_owned();
        let is_zero = whole_digits.is_empty() && fraction_digits.is_empty();
        (all_digits(whole) && all_digits(fraction)).then_some(Self {
            negative: text.starts_with('-') && !is_zero,
            whole: whole_digits,
            fraction: fraction_digits,
        })
    }

    fn size(&self) -> (usize, &str, &str) {
        (self.whole.len(), &self.whole, &self.fraction)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.size().cmp(&other.size()),
            (true, true) => other.size().cmp(&self.size()),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Nanoseconds since 1970, of a date in one of the W3C's forms, or in what AWS takes for one, or of seconds.
pub(super) fn date(text: &str) -> Option<i128> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Four digits are a year.
    if is_number && text.len() != 4 {
        return text.parse::<i64>().ok().map(|seconds| i128::from(seconds) * 1_000_000_000);
    }
    let (day, time) = text.split_once(['T', 't']).unwrap_or((text, ""));
    let (sign, day) = day.strip_prefix('-').map_or((1, day), |rest| (-1, rest));
    let mut parts = day.split('-');
    let year = sign * number(parts.next()?, 9)?;
    let month = parts.next().map_or(Some(1), |text| number(text, 2))?;
    let date = parts.next().map_or(Some(1), |text| number(text, 2))?;
    if parts.next().is_some() {
        return None;
    }
    let seconds = i128::from(days(year, month, date)?) * 86_400;
    Some(seconds * 1_000_000_000 + time_of_day(time)?)
}

/// Of `hh:mm:ss`, a fraction and a zone: each may be left off where nothing follows it, and the zone.
fn time_of_day(text: &str) -> Option<i128> {
    let end = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(end);
    if clock.is_empty() {
        return Some(i128::from(-offset(zone)?) * 1_000_000_000);
    }
    let (clock, fraction) =
        clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute =
        parts.next().map_or(Some(0), |text| number(text, 2)).filter(|minute| *minute < 60)?;
    let seconds = parts.next();
    if parts.next().is_some() || (fraction.is_some() && seconds.is_none()) {
        return None;
    }
    let seconds = seconds.map_or(Some(0), |text| number(text, 2)).filter(|second| *second < 60)?;
    let whole = hour * 3600 + minute * 60 + seconds - offset(zone)?;
    Some(i128::from(whole) * 1_000_000_000 + fraction.map_or(Some(0), nanoseconds)?)
}

fn nanoseconds(digits: &str) -> Option<i128> {
    let padded: String = digits.chars().chain("000000000".chars()).take(9).collect();
    number(digits, 9)?;
    padded.parse().ok()
}

/// Seconds of `+hh:mm` or `+hh`; none is UTC.
fn offset(zone: &str) -> Option<i64> {
    let sign = match zone.chars().next() {
        None | Some('Z' | 'z') => return (zone.len() < 2).then_some(0),
        Some('+') => 1,
        Some(_) => -1,
    };
    let (hours, minutes) = zone[1..].split_once(':').unwrap_or((&zone[1..], "00"));
    let has_two_digits = hours.len() == 2 && minutes.len() == 2;
    let seconds = number(hours, 2).filter(|hours| *hours < 24)? * 3600
        + number(minutes, 2).filter(|minutes| *minutes < 60)? * 60;
    has_two_digits.then_some(sign * seconds)
}

fn number(text: &str, most: usize) -> Option<i64> {
    let is_number =
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap())
}

/// Days since 1970, counted a year and a month at a time.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let february = if is_leap(year) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = |year: i64| if is_leap(year) { 366 } else { 365 };
    let place = usize::try_from(month.checked_sub(1)?).ok()?;
    if day < 1 || day > *months.get(place)? {
        return None;
    }
    let years: i64 = if year >= 1970 {
        (1970..year).map(length).sum()
    } else {
        -(year..1970).map(length).sum::<i64>()
    };
    Some(years + months[..place].iter().sum::<i64>() + day - 1)
}

pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

/// A network: the bits of an address that count.
pub(super) struct Network {
    address: IpAddr,
    bits: usize,
}

pub(super) fn network(text: &str) -> Option<Network> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
    let address: IpAddr = address.parse().ok()?;
    let all = all_bits(address).len();
    let bits = bits.map_or(Some(all), |bits| bits.parse().ok()).filter(|bits| *bits <= all)?;
    Some(Network { address, bits })
}

impl Network {
    pub(super) fn has(&self, address: IpAddr) -> bool {
        let (ours, theirs) = (all_bits(self.address), all_bits(address));
        ours.len() == theirs.len() && ours[..self.bits] == theirs[..self.bits]
    }
}

fn all_bits(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => format!("{:032b}", u32::from(v4)),
        IpAddr::V6(v6) => format!("{:0128b}", u128::from(v6)),
    }
}

/// What base64 stands for.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    const SIGNS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let digits = text.trim_end_matches('=');
    let bits: Option<Vec<String>> =
        digits.chars().map(|sign| Some(format!("{:06b}", SIGNS.find(sign)?))).collect();
    let bits = bits?.concat();
    let whole = bits.as_bytes().chunks_exact(8).map(|byte| String::from_utf8_lossy(byte));
    whole.map(|byte| u8::from_str_radix(&byte, 2).ok()).collect()
}
