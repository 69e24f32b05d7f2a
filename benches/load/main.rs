//! A live gateway under load, beside a bare hyper server that answers the same
//! bytes, in one run: `cargo bench --bench load`.
//!
//! A word behind `--` picks a part: `identity`, `layers`, `flood`, `keys`, `start`.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unchecked_time_subtraction,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops at the first surprise"
)]

mod bare;
mod flood;
mod identity;
mod keys;
mod layers;
mod load;
mod process;
mod sign;
mod start;

use std::env::args;

use crate::process::Cores;

fn main() {
    let words: Vec<String> = args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let [word, answer] = words.as_slice()
        && word == bare::WORD
    {
        return bare::serve(answer);
    }
    let is_asked = |part: &str| words.is_empty() || words.iter().any(|word| word == part);
    if is_asked("identity") {
        identity::measure(Cores::Apart);
        identity::measure(Cores::Shared);
    }
    process::load_on(Cores::Apart);
    if is_asked("layers") {
        layers::measure();
    }
    if is_asked("flood") {
        flood::measure();
    }
    if is_asked("keys") {
        keys::measure();
    }
    if is_asked("start") {
        start::measure();
    }
}

/// The middle of what was measured.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
