//! Screens and the parts that they share.

pub mod desk;
pub mod held;
pub mod printing;
pub mod side;
pub mod status;
pub mod tables;
