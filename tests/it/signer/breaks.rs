//! The ways to sign wrongly, one rule at a time.

/// Declares [`Break`] and the list of all its variants.
macro_rules! breaks {
    ($($rule:ident,)*) => {
        /// A rule of the canonical form, or of what is made of it, that a faulty
        /// signer breaks.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Break { $($rule,)* }

        impl Break {
            pub(crate) const ALL: &[Self] = &[$(Self::$rule,)*];
        }
    };
}

breaks! {
    MethodInLowerCase,
    PathEncodedOnce,
    DotSegmentsKept,
    SlashesKept,
    EncodedDotsRemoved,
    QueryUnsorted,
    QuerySortedByKeyOnly,
    QuerySortedAsText,
    QuerySortedBeforeEncoding,
    KeyOnlyWithoutEqualsSign,
    EmptyPieceKept,
    EmptyValueDropped,
    DuplicateKeysDropped,
    KeysInLowerCase,
    PlusKept,
    SpaceAsPlus,
    EscapesInLowerCase,
    TildeEscaped,
    StarKept,
    QueryNotEncoded,
    ValuesSplitAtEveryEqualsSign,
    NamesAsSent,
    HeadersUnsorted,
    ValuesUntrimmed,
    RunsOfSpacesKept,
    QuotedRunsKept,
    DuplicatesSorted,
    DuplicatesJoinedWithASpaceToo,
    OnlyTheLastDuplicate,
    ValuesInLowerCase,
    HostWithoutPort,
    NoEmptyLineAfterTheHeaders,
    SignedHeadersLineMissing,
    AbsentHeaderSigned,
    HashOfNoBody,
    BodyHashInUpperCase,
    CanonicalRequestEndsInNewline,
    CanonicalRequestNotHashed,
    AlgorithmLineMissing,
    TimeOfTheDayOnly,
    ScopeWithoutTerminator,
    StringToSignEndsInNewline,
    SecretWithoutPrefix,
    KeyOfAnotherDay,
    KeyOfAnotherRegion,
    KeyOfAnotherService,
    LastDerivationMissing,
    DerivedFromHexDigits,
    SignatureInUpperCase,
    SignatureCutShort,
    SignedHeadersUnsorted,
    SignedHeadersTwice,
    SignedHeadersWithEmptyName,
}
