//! Matrix, from the real program to a real Synapse: whole stories, in plain and in encrypted rooms, with everything that
//! goes wrong.

mod account;
mod assessment;
mod company;
mod foreign;
mod forms;
mod load;
mod lost;
mod questions;
mod requests;
mod rooms;
