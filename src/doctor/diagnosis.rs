//! What the doctor says: facts and sentences, fit to be shown to who sent the request.

use std::fmt;

/// Something that goes wrong between a client and a server, of a fixed list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cause {
    /// Its name, which never changes: `secret-ends-in-newline`.
    pub id: &'static str,
    /// Where it goes wrong.
    pub group: Group,
    /// What is wrong, in one plain sentence. `{}` stands for what is found in a request.
    pub sentence: &'static str,
    /// How it is known: behind “The signature is the one that is made” where that is
    /// proven, else a sentence of its own.
    pub made: &'static str,
    /// What to do about it, whatever the client.
    pub fix: &'static str,
}

/// Declares the causes of one group, a row a cause: name, id, sentence, how it is made, fix.
macro_rules! causes {
    ($group:ident: $($name:ident, $id:literal, $sentence:literal, $made:literal, $fix:literal;)*) => {
        $(pub(in crate::doctor) const $name: &crate::doctor::Cause = &crate::doctor::Cause {
            id: $id,
            group: crate::doctor::Group::$group,
            sentence: $sentence,
            made: $made,
            fix: $fix,
        };)*

        /// All of this group.
        pub(in crate::doctor) const CAUSES: &[&crate::doctor::Cause] = &[$($name),*];
    };
}

pub(super) use causes;

/// Where something goes wrong.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Group {
    /// In the secret, or in the key that is made of it.
    Key,
    /// In the scope or the time.
    Scope,
    /// In how the strings are put together.
    Assembly,
    /// In the body, or in what is said of it.
    Body,
    /// In the method, the path or the query.
    Target,
    /// In host and headers, mostly on the way.
    Headers,
    /// In the form of the request: before any signature is looked at.
    Form,
}

/// How sure it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Proof {
    /// The signature is exactly the one that a client makes in which this goes wrong.
    Proven,
    /// It stands in the request itself, or in what was refused of it.
    Seen,
    /// Nothing that was tried makes this signature.
    NotProven,
}

/// Why a request was refused, as far as that can be told.
#[derive(Clone)]
pub struct Diagnosis {
    /// What is wrong.
    pub cause: &'static Cause,
    /// What is wrong besides, where it takes both to make the signature.
    pub and: Option<&'static Cause>,
    /// What is wrong with this very request, in one plain sentence.
    pub sentence: String,
    /// How sure that is.
    pub proof: Proof,
    /// What proves it, in one sentence.
    pub because: String,
    /// What to do about it, with the client that sent the request.
    pub fix: String,
    /// How many ways to sign this request were tried.
    pub tried: usize,
    /// What else is odd about the request, the most telling first.
    pub signs: Vec<Sign>,
    /// The stages of the signature as the server sees them, where it came to that.
    pub ours: Option<Stages>,
    /// The same as the client has signed them, where that is proven.
    pub theirs: Option<Stages>,
}

/// Something odd about a request that proves nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sign {
    /// What it hints at.
    pub cause: &'static Cause,
    /// What is seen.
    pub sentence: String,
}

/// What a signature is made of. Both hold what only the one who sent the request may read
/// (session tokens, parameters), so neither prints.
#[derive(Clone, Eq, PartialEq)]
pub struct Stages {
    /// The canonical request.
    pub canonical_request: Vec<u8>,
    /// The string to sign.
    pub string_to_sign: Vec<u8>,
}

impl fmt::Debug for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl fmt::Debug for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diagnosis")
            .field("cause", &self.cause.id)
            .field("proof", &self.proof)
            .finish_non_exhaustive()
    }
}
