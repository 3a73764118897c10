//! Slack, from the real program to a strict model of Slack: whole stories, with everything that goes wrong.

mod assessment;
mod check;
mod company;
mod connections;
mod forms;
mod http;
mod killed;
mod limits;
mod missed;
mod people;
mod questions;
mod requests;
