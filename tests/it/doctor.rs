//! The proof of the doctor: faulty clients and faulty ways for every cause, made without its help.

mod canonical;
mod client;
mod examined;
mod faults;
mod heard;
mod hostile;
mod properties;
mod safety;
mod table;
