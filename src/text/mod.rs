//! Text: width in columns, wrapping, editing by grapheme, cleaning, folding.
//!
//! A leaf: knows nothing of registers, stores or screens.

pub mod clean;
pub mod edit;
pub mod fold;
pub mod mask;
pub mod nearest;
pub mod pinyin;
pub mod width;
pub mod wrap;
