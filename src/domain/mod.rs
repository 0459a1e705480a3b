//! Pure rules: what events are, how they fold, what registers declare. No input or output,
//! no clock, no dice.

pub mod authority;
pub mod body;
pub mod deadline;
pub mod event;
pub mod field;
pub mod fold;
pub mod id;
pub mod lifecycle;
pub mod money;
pub mod origin;
pub mod payload;
pub mod record;
pub mod recovery;
pub mod register;
pub mod registers;
pub mod rules;
pub mod seal;
pub mod stamp;
mod timeline;
