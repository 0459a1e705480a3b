//! Rules of the business that several registers or several floors ask.

pub mod money;
pub mod phrase;
pub mod verdict;
