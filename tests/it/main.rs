//! The tests of the whole: one program, so that one link serves them all.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops at the first surprise"
)]

mod access_key;
mod account;
mod account_settings;
mod accounts;
mod admin;
mod assume_root;
mod assume_with_saml;
mod assume_with_web_identity;
mod attached;
mod authenticate;
mod authorization_message;
mod authz;
mod boundary;
mod bounds;
mod caller;
mod catalog;
mod chaining;
mod cli;
mod clients;
mod clocked;
mod commands;
mod commit;
mod corpora;
mod crash;
mod delegated;
mod details;
mod differential;
mod disk;
mod doctor;
mod engine;
mod entities;
mod floors;
mod group;
mod holders;
mod http2;
mod inline;
mod inspector;
mod instance_profile;
mod issuer;
mod ladder;
mod layers;
mod leave;
mod listening;
mod logs;
mod managed;
mod mfa;
mod model;
mod oidc_provider;
mod one_time;
mod outbound;
mod phone;
mod plain;
mod policy;
mod policy_version;
mod program;
mod properties;
mod provider;
mod proxies;
mod raw;
mod readme;
mod real_life;
mod role;
mod running;
mod saml_proof;
mod saml_provider;
mod sdk;
mod sdk_session;
mod seal;
mod second_factor;
mod service_role;
mod session;
mod session_context;
mod session_corners;
mod session_denials;
mod session_life;
mod session_limits;
mod session_policies;
mod session_rights;
mod session_store;
mod session_tags;
mod session_trust;
mod signer;
mod signing;
mod sigv4;
mod sigv4a;
mod simulate;
mod source_identity;
mod sqlite;
mod start;
mod still;
mod stored;
mod support;
mod table;
mod tag;
mod tls;
mod token_forgery;
mod token_size;
mod trust;
mod trust_abroad;
mod trust_forms;
mod user;
mod values;
mod vectors;
mod web_identity;
mod web_identity_proof;
mod web_identity_sessions;
mod world;
