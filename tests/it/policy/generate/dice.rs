//! Chance that can be had again: one number makes one row of throws.

/// A row of throws.
pub(crate) struct Dice {
    state: u64,
    is_wild: bool,
}

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self { state: seed, is_wild: false }
    }

    /// A row with values that nobody would think of.
    pub(crate) fn wild(seed: u64) -> Self {
        Self { state: seed, is_wild: true }
    }

    /// Whether the next value is such a one.
    pub(crate) fn goes_wild(&mut self) -> bool {
        self.is_wild && self.percent(35)
    }

    /// The next of `SplitMix64` (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators").
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap();
        usize::try_from(self.next() % end).unwrap()
    }

    pub(crate) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.below(last + 1));
        }
    }
}
